// From the document that `assay job submit FILE --dry-run --json` prints to the argument of `jobs.submit`.

const REMEDY = 'make it with: assay job submit FILE --dry-run --json';

/** The type of the call's argument, as the chain's metadata names it. */
function argumentType(api) {
  return api.tx.jobs.submit.meta.args[0].type.toString();
}

/**
 * The submission of a dry run: the document itself, or the one in the command's envelope.
 * @param {string} text JSON.
 * @throws if the text holds none; the message says what to do.
 */
export function parseSubmission(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error(`the submission is not JSON (${cause.message}); ${REMEDY}`);
  }
  if (document?.success === false) {
    throw new Error(`the dry run failed: ${document.error?.message}`);
  }
  const submission = document?.data?.submission ?? document?.submission ?? document;
  if (submission?.spec === undefined || submission?.escrow === undefined) {
    throw new Error(`the submission has no spec and escrow; ${REMEDY}`);
  }
  return submission;
}

/**
 * Encodes a submission as the chain's metadata describes its type.
 *
 * polkadot.js fills in what is missing with zeros and passes over what it does not know; here both are errors.
 * @throws naming the first field that is missing, unknown or no exact number.
 */
export function encodeSubmission(api, submission) {
  const type = argumentType(api);
  checkFields(api.createType(type).toJSON(), submission, '');
  return api.createType(type, submission);
}

/** Compares field names with those of a default value of the type. */
function checkFields(expected, given, path) {
  if (typeof given === 'number' && !Number.isSafeInteger(given)) {
    throw new Error(`${path}: ${given} is no integer that JavaScript holds exactly; write it as a string`);
  }
  if (!isObject(expected)) return;
  if (!isObject(given)) throw new Error(`${path || 'the submission'} must be an object`);
  const names = new Map(Object.keys(given).map((name) => [camelCase(name), name]));
  for (const field of Object.keys(expected)) {
    if (!names.has(field)) throw new Error(`${path}${snakeCase(field)} is missing`);
  }
  for (const [field, name] of names) {
    if (!(field in expected)) throw new Error(`${path}${name} is a field that this chain does not know`);
    checkFields(expected[field], given[name], `${path}${name}.`);
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function camelCase(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function snakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
