// A connection to a node, and transactions on it. Nothing here knows of Assay: types come from the chain's metadata.

import { ApiPromise, WsProvider } from '@polkadot/api';

/**
 * Connects to a node and reads its metadata.
 * @param {string} url WebSocket URL of the node, such as ws://127.0.0.1:9944.
 * @returns {Promise<ApiPromise>} disconnect it when done.
 * @throws if the node cannot be reached.
 */
export async function connect(url) {
  if (!/^wss?:\/\/./.test(url)) throw new Error(`the node's URL must begin with ws:// or wss://, but is ${url}`);
  const provider = new WsProvider(url, false);
  const refused = new Promise((_, reject) => {
    provider.on('error', () => reject(new Error(`no node answers at ${url}; start one or name another with --node`)));
  });
  refused.catch(() => {});
  try {
    await Promise.race([provider.connect().then(() => provider.isReady), refused]);
    return await ApiPromise.create({ provider, noInitWarn: true });
  } catch (error) {
    await provider.disconnect();
    throw error;
  }
}

/**
 * Signs a call, sends it and waits until its block is final.
 * @param {object} options more for the signature, such as `{ mode: 1, metadataHash }`.
 * @returns {Promise<{events: object[], block: string}>} the events of this transaction, and its block's hash.
 * @throws the pallet's own error and its documentation, if the call fails.
 */
export async function send(api, call, signer, options = {}) {
  const result = await finalised(call, signer, options);
  if (result.dispatchError) throw new Error(describe(api, result.dispatchError));
  return { events: result.events.map(({ event }) => event), block: result.status.asFinalized.toHex() };
}

function finalised(call, signer, options) {
  return new Promise((resolve, reject) => {
    const sent = call.signAndSend(signer, { nonce: -1, ...options }, (result) => {
      if (result.isError) reject(new Error(`the transaction was dropped: ${result.status.type}`));
      if (result.isFinalized) sent.then((unsubscribe) => unsubscribe()).then(() => resolve(result), reject);
    });
    sent.catch(reject);
  });
}

function describe(api, error) {
  if (!error.isModule) return `the call failed: ${error.toString()}`;
  const { section, name, docs } = api.registry.findMetaError(error.asModule);
  return `${section}.${name}: ${docs.join(' ')}`;
}

/**
 * Every final block from `first` on, one after the other.
 *
 * The subscription tells of the newest final block only, so those between are asked for by number.
 * @param {number} first number of the first block.
 * @yields {{number: number, hash: string}}
 */
export async function* finalBlocks(api, first) {
  let newest = 0;
  let wake = () => {};
  const unsubscribe = await api.rpc.chain.subscribeFinalizedHeads((head) => {
    newest = head.number.toNumber();
    wake();
  });
  const lost = new Promise((_, reject) => {
    api.once('disconnected', () => reject(new Error('the connection to the node is lost')));
  });
  lost.catch(() => {});
  try {
    for (let number = first; ; number += 1) {
      while (newest < number) await Promise.race([new Promise((resolve) => { wake = resolve; }), lost]);
      yield { number, hash: (await api.rpc.chain.getBlockHash(number)).toHex() };
    }
  } finally {
    unsubscribe();
  }
}
