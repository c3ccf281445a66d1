// A client that has nothing but polkadot-api, against real processes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Market, requireBinaries } from '../polkadot-js/harness.mjs';
import { keyOf, open, send } from './chain.mjs';
import { job, jobs, params, provider, register } from './market.mjs';

const JOB_FILE = fileURLToPath(new URL('../digits/job.toml', import.meta.url));
const COMMAND = fileURLToPath(new URL('show.mjs', import.meta.url));
const UNIT = 10n ** 12n;
const STAKE = 1_000n * UNIT;
const PATIENCE = 30_000;

const [owner, operator, buyer, stranger] = ['//Bob', '//Charlie', '//Dave', '//Eve'].map(keyOf);
const market = new Market();

/** Filled by `before`. */
let node;
let chain;
let api;

/** The JSON-RPC method's answer. */
function ask(method, ...parameters) {
  return market.expect(PATIENCE, method, chain.client._request(method, parameters));
}

function free(address) {
  return api.query.System.Account.getValue(address).then(({ data }) => data.free);
}

describe('an Assay chain through polkadot-api', () => {
  before(async () => {
    requireBinaries();
    node = await market.startNode();
    chain = await market.expect(PATIENCE, 'connecting', open(node));
    api = chain.api;
  });

  after(async () => {
    chain?.close();
    await market.stop();
  });

  it('reads the parameters in force as the node tells them', async () => {
    const { version, params: here } = await market.expect(PATIENCE, 'the parameters', params(api));
    const told = await ask('assay_params');
    assert.equal(version, told.version);
    assert.equal(here.money.min_price_per_segment, BigInt(told.params.money.min_price_per_segment));
    assert.equal(here.segments.challenge_window, told.params.segments.challenge_window);
  });

  it('transfers tokens', async () => {
    const before = await free(buyer.address);
    const dest = { type: 'Id', value: buyer.address };
    const call = api.tx.Balances.transfer_keep_alive({ dest, value: UNIT });
    const { events } = await market.expect(PATIENCE, 'the transfer', send(call, stranger));
    const { data } = events.find(({ pallet, name }) => pallet === 'Balances' && name === 'Transfer');
    assert.deepEqual(data, { from: stranger.address, to: buyer.address, amount: UNIT });
    assert.equal(await free(buyer.address), before + UNIT);
  });

  it('registers a provider', async () => {
    const endpoint = await market.endpoint();
    const about = { operator: operator.address, endpoint, memoryBytes: 2n ** 30n, maxJobs: 2, stake: STAKE };
    assert.equal(await provider(api, owner.address), undefined);
    await market.expect(PATIENCE, 'the registration', register(api, owner, about));
    const seen = await provider(api, owner.address);
    assert.equal(seen.provider.stake, STAKE);
    assert.equal(new TextDecoder().decode(seen.provider.endpoint), endpoint);
    assert.equal((await ask('assay_providerOfOperator', operator.address)).owner, owner.address);
  });

  it('names the error of a call that fails', async () => {
    const about = { operator: stranger.address, endpoint: 'http://example.org', memoryBytes: 1n, maxJobs: 1, stake: 1n };
    const refused = assert.rejects(register(api, stranger, about), /the call failed: Providers.StakeTooSmall/);
    await market.expect(PATIENCE, 'a refusal', refused);
  });

  it('reads a job', async () => {
    assert.equal(await job(api, 0n), undefined);
    const location = await market.startBlobServer();
    const submitted = await market.submit(node, JOB_FILE, location, '//Dave');
    const seen = await market.expect(PATIENCE, 'the job', job(api, BigInt(submitted.job)));
    assert.equal(seen.record.buyer, buyer.address);
    assert.equal(seen.record.program_root, submitted.program_root);
    assert.equal(seen.state.ledger.escrow, BigInt(submitted.escrow));
    assert.equal(seen.state.status.type, 'Open');
    const all = [];
    for await (const one of jobs(api)) all.push(one.id);
    assert.deepEqual(all, [BigInt(submitted.job)]);
  });

  it('shows the chain by a command', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, node], { timeout: PATIENCE });
    const shown = JSON.parse(stdout);
    assert.equal(shown.params.version, 0);
    assert.match(shown.jobs[0].record.spec.blobs[0], /^http:/);
  });

  it('tells that a node cannot be reached', async () => {
    const url = (await market.endpoint()).replace('http', 'ws');
    await market.expect(PATIENCE, 'a refusal', assert.rejects(open(url), /no node answers at ws:/));
  });
});
