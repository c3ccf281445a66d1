// A market for tests: a development node, a buyer's blob server and one provider with its worker, as processes.

import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const NODE_PATIENCE = 120_000;
const SERVER_PATIENCE = 30_000;
const STOP_PATIENCE = 60_000;

/** Lines of a process's output that a failure shows. */
const TAIL = 20;

/** The directory of the release binaries. */
function binaries() {
  const { ASSAY_BIN_DIR, CARGO_TARGET_DIR, XDG_CACHE_HOME } = process.env;
  if (ASSAY_BIN_DIR) return ASSAY_BIN_DIR;
  const target = CARGO_TARGET_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'assay', 'target');
  return join(target, 'release');
}

/**
 * The path of a binary of Assay.
 * @throws if it has not been built.
 */
function binary(name) {
  const path = join(binaries(), name);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(`${path} is missing: run scripts/build, or set ASSAY_BIN_DIR to the directory that holds ${name}`);
  }
  return path;
}

/**
 * Looks for all binaries.
 * @throws naming the first that has not been built.
 */
export function requireBinaries() {
  for (const name of ['assay', 'assay-node', 'assay-worker']) binary(name);
}

/** The environment without what would change how the binaries run. */
function environment(additions = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ASSAY_'));
  return { ...Object.fromEntries(inherited), ...additions };
}

/** Rejects after `millis`; else as the promise. */
export async function within(millis, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${millis / 1000} s`)), millis);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A process that runs until it is stopped, and the last lines it wrote. */
class Service {
  #child;
  #ended;
  #stopping = false;
  #tail = [];
  #watchers = new Set();

  constructor(name, args, env) {
    this.name = name;
    this.#child = spawn(binary(name), args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#hear(line));
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (cause) => resolve(cause.message));
      this.#child.once('close', (code, signal) => resolve(`exit ${code ?? signal}`));
    });
    /** Rejects if the process ends by itself. */
    this.failed = this.#ended.then((how) => {
      if (!this.#stopping) throw new Error(`${name} ended by itself (${how})\n${this.tail()}`);
    });
    this.failed.catch(() => {});
  }

  #hear(line) {
    this.#tail = [...this.#tail, line].slice(-TAIL);
    for (const watcher of this.#watchers) watcher(line);
  }

  /** The first group of the first line that matches. */
  async line(pattern, patience) {
    const { promise, watcher } = this.#watch(pattern);
    try {
      return await within(patience, `${this.name} writes ${pattern}`, Promise.race([promise, this.failed]));
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  #watch(pattern) {
    let watcher;
    const promise = new Promise((resolve) => {
      watcher = (line) => {
        const found = pattern.exec(line);
        if (found) resolve(found[1]);
      };
    });
    this.#watchers.add(watcher);
    return { promise, watcher };
  }

  tail() {
    return this.#tail.map((line) => `  ${this.name}: ${line}`).join('\n');
  }

  kill() {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
  }

  async stop() {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    try {
      await within(STOP_PATIENCE, `${this.name} stops`, this.#ended);
    } finally {
      this.#child.kill('SIGKILL');
    }
  }
}

/** Everything that is stopped and removed at the end. */
export class Market {
  #services = [];
  #directory = mkdtempSync(join(tmpdir(), 'assay-js-'));
  #discard = () => this.#removeNow();
  #interrupt = () => process.exit(1);

  constructor() {
    mkdirSync(this.#path('blobs'));
    process.once('exit', this.#discard);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, this.#interrupt);
  }

  #path(name) {
    return join(this.#directory, name);
  }

  #start(name, args, env) {
    const service = new Service(name, args, env);
    this.#services.push(service);
    return service;
  }

  /** Starts a development chain. Returns the URL of its node. */
  async startNode() {
    const ports = ['--port', '0', '--rpc-port', '0', '--no-prometheus', '--no-mdns'];
    const node = this.#start('assay-node', ['--dev', '--base-path', this.#path('node'), '--no-telemetry', ...ports]);
    const address = await node.line(/JSON-RPC server: addr=([\d.]+:\d+)/, NODE_PATIENCE);
    return `ws://${address}`;
  }

  /** Starts the buyer's blob server. Returns its URL. */
  startBlobServer() {
    const server = this.#start('assay', ['blob', 'serve', '--dir', this.#path('blobs'), '--listen', '127.0.0.1:0']);
    return server.line(/"address":\s*"([^"]+)"/, SERVER_PATIENCE);
  }

  /** Writes a job's blobs and returns what would be submitted, as text. */
  dryRun(node, file, location) {
    return this.#submit(file, location, ['--dry-run'], { ASSAY_NODE: node });
  }

  /** Submits a job with the `assay` command, waits until it is final and returns what the command says of it. */
  async submit(node, file, location, secret) {
    return JSON.parse(await this.#submit(file, location, [], { ASSAY_NODE: node, ASSAY_KEY: secret })).data;
  }

  async #submit(file, location, flags, env) {
    const args = ['job', 'submit', file, ...flags, '--json', '--blobs', this.#path('blobs'), '--location', location];
    const options = { env: environment(env), timeout: SERVER_PATIENCE };
    const { stdout } = await promisify(execFile)(binary('assay'), args, options);
    return stdout;
  }

  /** A URL at which a worker may serve. */
  async endpoint() {
    return `http://127.0.0.1:${await freePort()}`;
  }

  /** Starts the worker of the provider registered with that endpoint. */
  startWorker(node, endpoint, operator) {
    const place = ['--data-dir', this.#path('worker'), '--listen', new URL(endpoint).host, '--endpoint', endpoint];
    const args = ['run', '--node', node, ...place, '--max-jobs', '2', '--allow-private'];
    this.#start('assay-worker', args, { ASSAY_KEY: operator });
  }

  /** As the promise, but rejects at once if a process ends by itself, and shows the last lines of all if it fails. */
  async expect(millis, what, promise) {
    const failures = this.#services.map((service) => service.failed);
    try {
      return await within(millis, what, Promise.race([promise, ...failures]));
    } catch (error) {
      error.message += `\n${this.#services.map((service) => service.tail()).join('\n')}`;
      throw error;
    }
  }

  /** Stops all processes, the last started first, and removes their files. */
  async stop() {
    const stopped = await Promise.allSettled(this.#services.reverse().map((service) => service.stop()));
    this.#removeNow();
    process.off('exit', this.#discard);
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, this.#interrupt);
    const failure = stopped.find(({ status }) => status === 'rejected');
    if (failure) throw failure.reason;
  }

  #removeNow() {
    for (const service of this.#services) service.kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
