#!/usr/bin/env node
// Prints a chain's parameters and jobs as JSON; amounts are decimal strings, in the smallest unit.

import { open } from './chain.mjs';
import { jobs, params } from './market.mjs';

const url = process.argv[2] ?? process.env.ASSAY_NODE ?? 'ws://127.0.0.1:9944';
if (!/^wss?:\/\/./.test(url)) {
  console.error('Usage: node show.mjs [URL]\n\nURL is a node\'s, such as ws://127.0.0.1:9944 [env: ASSAY_NODE]');
  process.exit(2);
}

/** Amounts as decimal strings, bytes (which are URLs here) as text. */
function plain(_, value) {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

async function show({ api, close }) {
  try {
    const all = [];
    for await (const one of jobs(api)) all.push(one);
    console.log(JSON.stringify({ params: await params(api), jobs: all }, plain, 2));
  } finally {
    close();
  }
}

try {
  await show(await open(url));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
