// docs/rpc.md against a real node: it names every method and function, and its examples have the fields of true answers.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Keyring } from '@polkadot/api';

import { connect, send } from './chain.mjs';
import { Market, requireBinaries } from './harness.mjs';

const JOB_FILE = fileURLToPath(new URL('../digits/job.toml', import.meta.url));
const REFERENCE = readFileSync(new URL('../../docs/rpc.md', import.meta.url), 'utf8');
const STAKE = 1_000n * 10n ** 12n;
const PATIENCE = 30_000;

const market = new Market();

/** Filled by `before`. */
let api;

/** The examples: pairs of JSON blocks, a request and its answer. */
function examples() {
  const blocks = [...REFERENCE.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text]) => JSON.parse(text));
  assert.equal(blocks.length % 2, 0);
  return blocks.flatMap((request, i) => (i % 2 ? [] : [{ request, answer: blocks[i + 1] }]));
}

/** The answer as the reference shows one: `{result}` or `{error}`. */
async function ask({ method, params }) {
  try {
    return { result: await api._rpcCore.provider.send(method, params) };
  } catch (error) {
    return { error: { code: error.code, message: error.message } };
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/** Compares the names of fields. Where one side has another variant of an enum, an empty list or nothing, it has no more to say. */
function sameFields(shown, given, path) {
  if (!isObject(shown) || !isObject(given)) return;
  const [names, others] = [Object.keys(shown), Object.keys(given)];
  if (Array.isArray(shown)) {
    if (names.length > 0 && others.length > 0) sameFields(shown[0], given[0], `${path}[0]`);
    return;
  }
  if (names.length === 1 && others.length === 1 && names[0] !== others[0]) return;
  assert.deepEqual(others.sort(), names.sort(), `the fields of ${path}`);
  for (const name of names) sameFields(shown[name], given[name], `${path}.${name}`);
}

describe('docs/rpc.md', () => {
  before(async () => {
    requireBinaries();
    const node = await market.startNode();
    api = await market.expect(PATIENCE, 'connecting', connect(node));
    const [owner, operator] = ['//Bob', '//Charlie'].map((uri) => new Keyring({ type: 'sr25519' }).addFromUri(uri));
    const capabilities = { device: 'Cpu', memoryBytes: 2n ** 30n, maxJobs: 2 };
    const call = api.tx.providers.register(operator.address, await market.endpoint(), capabilities, STAKE);
    await market.expect(PATIENCE, 'the registration', send(api, call, owner));
    await market.submit(node, JOB_FILE, await market.startBlobServer(), '//Ferdie');
  });

  after(async () => {
    await api?.disconnect();
    await market.stop();
  });

  it('names the methods that there are', async () => {
    const { methods } = (await api.rpc.rpc.methods()).toJSON();
    const named = [...REFERENCE.matchAll(/^### `(assay_\w+)\(/gm)].map(([, name]) => name);
    assert.deepEqual(named.sort(), methods.filter((name) => name.startsWith('assay_')).sort());
  });

  it('names the functions of the runtime API', () => {
    const table = REFERENCE.slice(REFERENCE.indexOf('## Runtime API'));
    const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    const functions = Object.values(api.call.assayApi).map(({ meta }) => meta.name.replace('AssayApi_', ''));
    assert.deepEqual(named.sort(), functions.sort());
  });

  it('tells the version of the runtime API', () => {
    const [, id, version] = /identifier `(0x[0-9a-f]{16})`.* It is (\d+)\.$/m.exec(REFERENCE);
    const found = api.runtimeVersion.apis.find(([known]) => known.toHex() === id);
    assert.equal(found[1].toNumber(), Number(version));
  });

  it('has an example of each method', () => {
    const shown = new Set(examples().map(({ request }) => request.method));
    for (const [, name] of REFERENCE.matchAll(/^### `(assay_\w+)\(/gm)) assert.ok(shown.has(name), name);
  });

  it('shows answers as they are', async () => {
    for (const { request, answer } of examples()) {
      const given = await market.expect(PATIENCE, request.method, ask(request));
      sameFields(answer, given, request.method);
      if (answer.error) assert.equal(given.error.code, answer.error.code);
    }
  });
});
