// docs/rpc.md against a real node: it names every method and function, and its examples have the fields of true answers.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Keyring } from '@polkadot/api';

import { connect, finalBlocks, send } from './chain.mjs';
import { Market, requireBinaries } from './harness.mjs';

const JOB_FILE = fileURLToPath(new URL('../digits/job.toml', import.meta.url));
const REFERENCE = readFileSync(new URL('../../docs/rpc.md', import.meta.url), 'utf8');
const STAKE = 1_000n * 10n ** 12n;
const PATIENCE = 30_000;

const market = new Market();

/** Filled by `before`. */
let api;
/** The name of the one dispute. */
let game;

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

/** An example's request about what this chain has: the job's first segments, and the dispute. */
function here({ method, params }) {
  const own = { assay_segments: [0, 0, 2], assay_dispute: [game], assay_disputes: [0, 10] };
  return { method, params: own[method] ?? params };
}

/** Waits until the job's first segment is committed. */
async function committed() {
  for await (const { hash } of finalBlocks(api, 1)) {
    const { result } = await ask({ method: 'assay_segments', params: [0, 0, 1, hash] });
    if (result.items[0]?.status.committed) return;
  }
}

/** Challenges the job's first segment as a whole. Returns the game's name. */
async function challenge(challenger) {
  const { events } = await send(api, api.tx.disputes.open(0, 0, 'Segment'), challenger);
  const opened = events.find(({ section, method }) => section === 'disputes' && method === 'Opened');
  return opened.data.game.toHex();
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/** Compares the names of fields. Where the two have different variants of an enum, or the example an empty list, there is no more to say. */
function sameFields(shown, given, path) {
  if (!isObject(shown)) return;
  if (Array.isArray(shown)) {
    if (shown.length > 0) sameFields(shown[0], given[0], `${path}[0]`);
    return;
  }
  // A variant with fields, and one without.
  if (Object.keys(shown).length === 1 && typeof given === 'string') return;
  assert.ok(isObject(given), `${path} has fields, and not ${given}`);
  const [names, others] = [Object.keys(shown), Object.keys(given)];
  if (names.length === 1 && others.length === 1 && names[0] !== others[0]) return;
  assert.deepEqual(others.sort(), names.sort(), `the fields of ${path}`);
  for (const name of names) sameFields(shown[name], given[name], `${path}.${name}`);
}

describe('docs/rpc.md', () => {
  before(async () => {
    requireBinaries();
    const node = await market.startNode();
    api = await market.expect(PATIENCE, 'connecting', connect(node));
    const keyring = new Keyring({ type: 'sr25519' });
    const [owner, operator, challenger] = ['//Bob', '//Charlie', '//Dave'].map((uri) => keyring.addFromUri(uri));
    const capabilities = { device: 'Cpu', memoryBytes: 2n ** 30n, maxJobs: 2 };
    const endpoint = await market.endpoint();
    const call = api.tx.providers.register(operator.address, endpoint, capabilities, STAKE);
    await market.expect(PATIENCE, 'the registration', send(api, call, owner));
    market.startWorker(node, endpoint, '//Charlie');
    await market.submit(node, JOB_FILE, await market.startBlobServer(), '//Ferdie');
    await market.expect(PATIENCE, 'the first commitment', committed());
    game = await market.expect(PATIENCE, 'the challenge', challenge(challenger));
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
      const given = await market.expect(PATIENCE, request.method, ask(here(request)));
      sameFields(answer, given, request.method);
      if (answer.error) assert.equal(given.error.code, answer.error.code);
    }
  });
});
