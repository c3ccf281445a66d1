// What Assay's runtime API tells of the market, and becoming a provider. docs/rpc.md has every question.

import { send } from './chain.mjs';

/** Most items that a page has. */
const PAGE = 100;

/** The protocol's parameters in force: `{version, params}`. */
export function params(api) {
  return api.apis.AssayApi.params(undefined);
}

/** The job of that number, or undefined. */
export function job(api, id) {
  return api.apis.AssayApi.job(id);
}

/** Every job, page by page. */
export async function* jobs(api) {
  for (let from = 0n; from !== undefined; ) {
    const { items, next } = await api.apis.AssayApi.jobs(from, PAGE);
    yield* items;
    from = next;
  }
}

/** The provider of an owner's address, or undefined. */
export function provider(api, owner) {
  return api.apis.AssayApi.provider(owner);
}

/**
 * Registers the key's account as the owner of a provider, and waits until that is final.
 * @param {{operator: string, endpoint: string, memoryBytes: bigint, maxJobs: number, stake: bigint}} about
 */
export function register(api, key, { operator, endpoint, memoryBytes, maxJobs, stake }) {
  const call = api.tx.Providers.register({
    operator,
    endpoint: new TextEncoder().encode(endpoint),
    capabilities: { device: { type: 'Cpu', value: undefined }, memory_bytes: memoryBytes, max_jobs: maxJobs },
    stake,
  });
  return send(call, key);
}
