// A buyer that has nothing but @polkadot/api, against real processes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Keyring } from '@polkadot/api';

import { connect, send } from './chain.mjs';
import { Market, requireBinaries } from './harness.mjs';
import { followJob, submitJob } from './job.mjs';
import { encodeSubmission, parseSubmission } from './submission.mjs';

const JOB_FILE = fileURLToPath(new URL('../digits/job.toml', import.meta.url));
const METADATA_HASH = new URL('../../runtime/snapshots/metadata-hash.txt', import.meta.url);
const COMMAND = fileURLToPath(new URL('submit.mjs', import.meta.url));
const UNIT = 10n ** 12n;
const STAKE = 1_000n * UNIT;
const SEGMENTS = 8;
const JOB_PATIENCE = 100_000;
const PATIENCE = 30_000;

const keyring = new Keyring({ type: 'sr25519' });
const market = new Market();
const run = promisify(execFile);

/** Filled by `before`. */
let api;
let node;
let endpoint;
let keys;
let document;

function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/** What an account owns, on hold or not, and its holds by reason. */
async function funds(at, address) {
  const { free, reserved } = (await at.query.system.account(address)).data;
  const holds = (await at.query.balances.holds(address)).map(({ id, amount }) => [id.value.type, amount.toBigInt()]);
  return { total: free.toBigInt() + reserved.toBigInt(), holds: Object.fromEntries(holds) };
}

function register() {
  const capabilities = { device: 'Cpu', memoryBytes: 2n ** 30n, maxJobs: 2 };
  const call = api.tx.providers.register(keys.operator.address, endpoint, capabilities, STAKE);
  return send(api, call, keys.owner);
}

/** Submits the document through the command and follows the job. */
function submitByCommand(secret) {
  const env = { ...process.env, ASSAY_KEY: secret };
  const command = run(process.execPath, [COMMAND, '--node', node, '-'], { env, timeout: JOB_PATIENCE });
  command.child.stdin.end(document);
  return command;
}

describe('an Assay chain through polkadot.js', () => {
  before(async () => {
    requireBinaries();
    node = await market.startNode();
    api = await market.expect(PATIENCE, 'connecting', connect(node));
    document = await market.dryRun(node, JOB_FILE, await market.startBlobServer());
    endpoint = await market.endpoint();
    keys = {
      buyer: keyring.addFromUri('//Dave'),
      owner: keyring.addFromUri('//Bob'),
      operator: keyring.addFromUri('//Charlie'),
    };
  });

  after(async () => {
    await api?.disconnect();
    await market.stop();
  });

  it('encodes a submission to the bytes of the chain\'s own types', () => {
    const encoded = encodeSubmission(api, parseSubmission(document));
    assert.equal(encoded.toHex(), JSON.parse(document).data.scale);
  });

  it('names the field of a submission that is wrong', () => {
    const wrong = (edit) => {
      const submission = parseSubmission(document);
      edit(submission.spec);
      return () => encodeSubmission(api, submission);
    };
    assert.throws(wrong((spec) => delete spec.work.memory_bytes), /spec\.work\.memory_bytes is missing/);
    assert.throws(wrong((spec) => { spec.colour = 'red'; }), /spec\.colour is a field that this chain does not know/);
    assert.throws(wrong((spec) => { spec.dataset_rows = 2 ** 60; }), /spec\.dataset_rows.*exactly/);
    assert.throws(() => parseSubmission('{}'), /assay job submit FILE --dry-run --json/);
  });

  it('tells why the chain refuses a submission', async () => {
    const submission = { ...parseSubmission(document), escrow: '1' };
    const refused = assert.rejects(submitJob(api, submission, keys.buyer), /jobs\.EscrowTooSmall: .*first segment/);
    await market.expect(PATIENCE, 'a refusal', refused);
  });

  it('tells that a node cannot be reached', async () => {
    const url = (await market.endpoint()).replace('http', 'ws');
    const refused = assert.rejects(connect(url), /no node answers at ws:/);
    await market.expect(PATIENCE, 'a refusal', refused);
  });

  it('signs what the metadata says, as hardware wallets do', async () => {
    const transfer = api.tx.balances.transferKeepAlive(keys.owner.address, UNIT);
    const signed = (metadataHash) => send(api, transfer, keyring.addFromUri('//Ferdie'), { mode: 1, metadataHash });
    const other = assert.rejects(signed(`0x${'5a'.repeat(32)}`), /bad signature/);
    await market.expect(PATIENCE, 'a refusal', other);
    const { events } = await market.expect(PATIENCE, 'the transfer', signed(readFileSync(METADATA_HASH, 'utf8').trim()));
    assert.ok(events.some((event) => api.events.balances.Transfer.is(event)));
  });

  it('has a job trained and paid', async () => {
    const { block: registered } = await market.expect(PATIENCE, 'the registration', register());
    market.startWorker(node, endpoint, '//Charlie');
    const command = market.expect(JOB_PATIENCE, 'the command', submitByCommand('//Eve'));
    command.catch(() => {});

    const submission = parseSubmission(document);
    const submitted = await market.expect(PATIENCE, 'the submission', submitJob(api, submission, keys.buyer));
    assert.equal(submitted.programRoot, JSON.parse(document).data.program_root);
    const seen = [];
    const following = followJob(api, submitted.job, submitted.block, (_, event) => seen.push(event));
    const outcome = await market.expect(JOB_PATIENCE, 'the job', following);

    assert.equal(outcome.reason, 'Completed');
    assert.deepEqual(seen.slice(0, 3), ['Submitted', 'Claimed', 'Accepted']);
    checkPayments(outcome);
    checkLedger(outcome, submitted);
    checkSegments(outcome);
    await checkBuyer(outcome, submitted, registered);

    const { stdout } = await command;
    assert.equal(stdout.match(/^segment \d+: 0\.5 ASY to /gm)?.length, SEGMENTS);
    assert.match(stdout, /^ended: Completed, 0 ASY returned$/m);
    await checkProvider(outcome, registered);
  });
});

function checkPayments({ payments }) {
  assert.deepEqual(payments.map(({ segment }) => segment), [...Array(SEGMENTS).keys()]);
  for (const { provider, price, fee } of payments) {
    assert.equal(keyring.encodeAddress(provider), keys.owner.address);
    assert.equal(price, UNIT / 2n);
    assert.ok(fee > 0n && fee < price);
  }
}

/** What was locked has been paid, or returned. */
function checkLedger({ payments, refund, state }, { escrow }) {
  const { ledger, progress } = state;
  const paid = sum(payments.map(({ price }) => price));
  const fees = sum(payments.map(({ fee }) => fee));
  assert.equal(escrow, paid + fees + refund);
  assert.deepEqual(
    [ledger.escrow, ledger.paid, ledger.fees, ledger.refunded].map((amount) => amount.toBigInt()),
    [0n, paid, fees, refund],
  );
  assert.deepEqual([progress.committed.toNumber(), progress.finalised.toNumber()], [SEGMENTS, SEGMENTS]);
}

function checkSegments({ payments, segments }) {
  const stored = segments.map(({ segment, status }) => {
    assert.equal(status.type, 'Final');
    const { price, fee } = status.asFinal.paid;
    return { segment, price: price.toBigInt(), fee: fee.toBigInt() };
  });
  assert.deepEqual(stored, payments.map(({ segment, price, fee }) => ({ segment, price, fee })));
}

/** The buyer has paid for segments and transactions, and has only the deposit left on hold. */
async function checkBuyer(outcome, submitted, registered) {
  const start = await funds(await api.at(registered), keys.buyer.address);
  const end = await funds(await api.at(outcome.block), keys.buyer.address);
  const paid = sum(outcome.payments.map(({ price, fee }) => price + fee));
  assert.equal(start.total - end.total, paid + submitted.transactionFee);
  assert.deepEqual(end.holds, { Deposit: outcome.state.ledger.deposit.toBigInt() });
}

/**
 * The provider has earned the prices of both jobs, its stake is whole, and no money came into being. An era's end burns fees, and
 * only a claim mints what it promises for them: nobody claims here.
 */
async function checkProvider({ payments }, registered) {
  const [start, end] = [await api.at(registered), await api.at(await api.rpc.chain.getFinalizedHead())];
  const [before, after] = [await funds(start, keys.owner.address), await funds(end, keys.owner.address)];
  assert.equal(after.total - before.total, 2n * sum(payments.map(({ price }) => price)));
  assert.deepEqual(after.holds, { Stake: STAKE });
  const issuance = await Promise.all([start, end].map((at) => at.query.balances.totalIssuance()));
  assert.ok(issuance[1].lte(issuance[0]));
}
