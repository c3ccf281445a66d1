#!/usr/bin/env node
// Submits a job and follows it until it has ended. Events go to standard error, the outcome to standard output.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Keyring } from '@polkadot/api';

import { connect } from './chain.mjs';
import { followJob, submitJob } from './job.mjs';
import { parseSubmission } from './submission.mjs';

const USAGE = `Usage: node submit.mjs [--node URL] FILE

Submits the job of FILE, made with \`assay job submit JOB --dry-run --json\`, and follows it. FILE - is standard input.

  --node URL   WebSocket URL of the node [env: ASSAY_NODE, default: ws://127.0.0.1:9944]
  --help       show this

The buyer's secret URI, such as //Alice, is read from the variable ASSAY_KEY.`;

class UsageError extends Error {}

function options() {
  const node = process.env.ASSAY_NODE ?? 'ws://127.0.0.1:9944';
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { node: { type: 'string', default: node }, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (!values.help && positionals.length !== 1) throw new Error('name one file');
    return { ...values, file: positionals[0] };
  } catch (cause) {
    throw new UsageError(`${cause.message}\n\n${USAGE}`);
  }
}

function signer(api) {
  const secret = process.env.ASSAY_KEY;
  if (!secret) throw new Error('no key: set ASSAY_KEY to a secret URI such as //Alice');
  const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
  try {
    return keyring.addFromUri(secret);
  } catch {
    throw new Error('ASSAY_KEY holds no secret: write a mnemonic, 0x and 64 hexadecimal digits, or a URI like //Alice');
  }
}

/** A function that shows amounts in the chain's token. */
function tokens(api) {
  const [decimals] = api.registry.chainDecimals;
  const [unit] = api.registry.chainTokens;
  return (amount) => {
    const digits = amount.toString().padStart(decimals + 1, '0');
    const fraction = digits.slice(-decimals).replace(/0+$/, '');
    return `${digits.slice(0, -decimals)}${fraction && '.'}${fraction} ${unit}`;
  };
}

function report(outcome, show) {
  for (const { segment, provider, price, fee } of outcome.payments) {
    console.log(`segment ${segment}: ${show(price)} to ${provider}, fee ${show(fee)}`);
  }
  console.log(`ended: ${outcome.reason}, ${show(outcome.refund)} returned`);
}

async function run({ node, file }) {
  const submission = parseSubmission(readFileSync(file === '-' ? 0 : file, 'utf8'));
  const api = await connect(node);
  try {
    const { job, escrow, block } = await submitJob(api, submission, signer(api));
    const show = tokens(api);
    console.error(`job ${job}: ${show(escrow)} locked`);
    const outcome = await followJob(api, job, block, (number, event, data) => {
      const segment = data.segment === undefined ? '' : ` ${data.segment}`;
      console.error(`block ${number}: ${event}${segment}`);
    });
    report(outcome, show);
  } finally {
    await api.disconnect();
  }
}

try {
  const chosen = options();
  if (chosen.help) console.log(USAGE);
  else await run(chosen);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
