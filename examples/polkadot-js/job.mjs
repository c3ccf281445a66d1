// Submitting a job and following it to its end.

import { finalBlocks, send } from './chain.mjs';
import { encodeSubmission } from './submission.mjs';

/**
 * Submits a job and waits until that is final.
 * @param submission as `parseSubmission` returns it.
 * @param signer the buyer's key pair.
 * @returns {Promise<{job: bigint, escrow: bigint, transactionFee: bigint, programRoot: string, block: string}>}
 */
export async function submitJob(api, submission, signer) {
  const call = api.tx.jobs.submit(encodeSubmission(api, submission));
  const { events, block } = await send(api, call, signer);
  const { job, escrow, programRoot } = events.find((event) => api.events.jobs.Submitted.is(event)).data;
  const { actualFee } = events.find((event) => api.events.transactionPayment.TransactionFeePaid.is(event)).data;
  return {
    job: job.toBigInt(),
    escrow: escrow.toBigInt(),
    transactionFee: actualFee.toBigInt(),
    programRoot: programRoot.toHex(),
    block,
  };
}

/**
 * Follows a job, final block by final block, until it has ended.
 * @param {bigint} job its number.
 * @param {string} block hash of the block of its submission.
 * @param {(block: number, event: string, data: object) => void} observe told of each event of the job.
 * @returns {Promise<{reason: string, refund: bigint, payments: object[], block: string, state, segments: object[]}>}
 * how it ended, what was paid for which segment to whom, the hash of the block of its end, and what the chain stores of
 * it there.
 */
export async function followJob(api, job, block, observe) {
  const first = (await api.rpc.chain.getHeader(block)).number.toNumber();
  const payments = [];
  for await (const { number, hash } of finalBlocks(api, first)) {
    const at = await api.at(hash);
    for (const event of await eventsOf(at, job)) {
      observe(number, event.method, event.data);
      if (event.method === 'SegmentPaid') payments.push(payment(event.data));
      if (event.method !== 'Ended') continue;
      const { reason, refund } = event.data;
      return { reason: reason.type, refund: refund.toBigInt(), payments, block: hash, ...(await stored(at, job)) };
    }
  }
  throw new Error('the chain ended before the job');
}

async function eventsOf(at, job) {
  const records = await at.query.system.events();
  const events = records.map(({ event }) => event).filter((event) => event.section === 'jobs');
  return events.filter((event) => event.data.job?.toBigInt() === job);
}

function payment({ segment, provider, price, fee }) {
  return {
    segment: segment.toNumber(),
    provider: provider.toString(),
    price: price.toBigInt(),
    fee: fee.toBigInt(),
  };
}

async function stored(at, job) {
  const state = (await at.query.jobs.states(job)).unwrap();
  const entries = await at.query.jobs.segments.entries(job);
  const segments = entries.map(([key, status]) => ({ segment: key.args[1].toNumber(), status: status.unwrap() }));
  return { state, segments: segments.sort((a, b) => a.segment - b.segment) };
}
