// A connection to a node, keys, and transactions. Nothing here knows of Assay, and nothing was generated for it: the types are
// those of the metadata that the node has.

import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_MINI_SECRET, entropyToMiniSecret, mnemonicToEntropy, ss58Address } from '@polkadot-labs/hdkd-helpers';
import { createClient } from 'polkadot-api';
import { getPolkadotSigner } from 'polkadot-api/signer';
import { WsEvent, getWsProvider } from 'polkadot-api/ws';
import WebSocket from 'ws';

/**
 * Connects to a node. Once it has answered, the connection is made again whenever it breaks.
 * @param {string} url WebSocket URL of the node, such as ws://127.0.0.1:9944.
 * @returns {Promise<{client: object, api: object, close: () => void}>} PAPI's client, and its API whose types are the chain's.
 * @throws if the node cannot be reached.
 */
export async function open(url) {
  let refuse;
  const refused = new Promise((_, reject) => {
    refuse = () => reject(new Error(`no node answers at ${url}; start one, or name another`));
  });
  const onStatusChanged = ({ type }) => type === WsEvent.ERROR && refuse();
  const client = createClient(getWsProvider(url, { websocketClass: WebSocket, onStatusChanged }));
  const close = () => client.destroy();
  try {
    await Promise.race([client.getFinalizedBlock(), refused]);
  } catch (error) {
    close();
    throw error;
  }
  refused.catch(() => {});
  return { client, api: client.getUnsafeApi(), close };
}

/**
 * The key of a secret URI: a mnemonic with derivations, or derivations alone for a development key.
 * @param {string} uri such as //Alice.
 * @returns {{address: string, signer: object}} its address with the chain's prefix 42, and what signs transactions.
 */
export function keyOf(uri) {
  const [, phrase, path] = /^([^/]*)(.*)$/s.exec(uri);
  const secret = phrase.trim() ? entropyToMiniSecret(mnemonicToEntropy(phrase.trim())) : DEV_MINI_SECRET;
  const { publicKey, sign } = sr25519CreateDerive(secret)(path);
  return { address: ss58Address(publicKey, 42), signer: getPolkadotSigner(publicKey, 'Sr25519', sign) };
}

/**
 * Signs a transaction, sends it and waits until its block is final.
 * @returns {Promise<{block: string, events: {pallet: string, name: string, data: object}[]}>}
 * @throws naming the pallet's error, if the call fails.
 */
export async function send(transaction, { signer }) {
  const { ok, block, events, dispatchError } = await transaction.signAndSubmit(signer);
  if (!ok) throw new Error(`the call failed: ${nameOf(dispatchError)}`);
  const flat = events.map(({ event }) => ({ pallet: event.type, name: event.value.type, data: event.value.value }));
  return { block: block.hash, events: flat };
}

/** `Pallet.Error` of a module's error; else the error's kind. */
function nameOf(error) {
  if (error.type !== 'Module') return error.type;
  const { type, value } = error.value;
  return `${type}.${value.type}`;
}
