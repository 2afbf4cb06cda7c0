// Shared by the examples: one request over HTTP, retries, what the errors mean, the command line.
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { TypedDocumentString } from "./gql/graphql.js";

const TOKEN_REFUSED = "Jeton absent, refusé ou expiré : demandez-en un autre.";
const LONGEST_WAIT = 30_000;
const ATTEMPTS = 6;
const ANSWER_WITHIN = 30_000;

/** The address of the API and the token of the person. */
export interface Desk {
  readonly url: string;
  readonly token: string;
}

/** GraphQL errors as they travel. */
export interface GraphQLErrorLike {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer with errors instead of data; or an answer of a gateway, with a status alone. */
export class ErrorAnswer extends Error {
  readonly codes: ReadonlySet<string>;

  constructor(readonly errors: readonly GraphQLErrorLike[], readonly status = 200) {
    super(errors[0]?.message ?? `HTTP ${status}`);
    this.codes = new Set(errors.map((one) => String(one.extensions?.["code"])));
  }
}

/** No answer came, or a WebSocket was closed; `code` is the close code. */
export class NoAnswer extends Error {
  constructor(message: string, readonly code?: number) {
    super(message);
  }
}

/** Nothing has the given number or name, or several things have it. */
export class NotFound extends Error {}

/** Runs a query or a mutation and returns its data; `files` fill `input.attachments`. Errors: ErrorAnswer, NoAnswer. */
export async function run<Data, Variables>(
  desk: Desk,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  files: readonly File[] = [],
): Promise<Data> {
  const operations = JSON.stringify({ query: document.toString(), variables });
  const headers: Record<string, string> = {
    Authorization: `Bearer ${desk.token}`,
    Accept: "application/graphql-response+json, application/json",
    "Accept-Language": "fr",
  };
  if (!files.length) headers["Content-Type"] = "application/json";
  const body = files.length ? multipart(operations, files) : operations;
  const [status, text] = await send(desk.url, { method: "POST", headers, body });
  const { data, errors } = read<Data>(text);
  if (errors?.length || data === undefined || data === null) throw new ErrorAnswer(errors ?? [], status);
  return data;
}

/** The body after the GraphQL multipart request specification: each file replaces a null of `input.attachments`. */
function multipart(operations: string, files: readonly File[]): FormData {
  const form = new FormData();
  form.set("operations", operations);
  form.set("map", JSON.stringify(Object.fromEntries(files.map((_, n) => [n, [`variables.input.attachments.${n}`]]))));
  files.forEach((file, n) => form.set(String(n), file));
  return form;
}

async function send(url: string, request: RequestInit): Promise<[status: number, text: string]> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_WITHIN) });
    return [response.status, await response.text()];
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new NoAnswer(cause instanceof Error ? cause.message : String(cause));
  }
}

function read<Data>(text: string): { data?: Data | null; errors?: readonly GraphQLErrorLike[] } {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a gateway's page
  }
}

/** Sends a request and repeats it until the server answers. An action must carry an `idempotencyKey`. */
export async function answer<Data>(ask: () => Promise<Data>): Promise<Data> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    console.error("nouvel essai…");
    await waitBefore(attempt);
  }
  return await ask();
}

/** Whether the server does not accept the token: an error's code over HTTP, a close code over a WebSocket. */
export function isTokenRefused(error: unknown): boolean {
  if (error instanceof ErrorAnswer) return error.codes.has("UNAUTHENTICATED");
  return error instanceof NoAnswer && (error.code === 4401 || error.code === 4403);
}

/** Whether the same request may succeed later: no connection, a gateway without its server, a busy server. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ErrorAnswer) {
    return error.status >= 500 || ["INTERNAL", "UNAVAILABLE", "LIMIT_EXCEEDED"].some((code) => error.codes.has(code));
  }
  // Of the protocol's own close codes, one says that the opening took too long, one that we closed a dead connection.
  return error instanceof NoAnswer && ![4400, 4401, 4403, 4406, 4409, 4429].includes(error.code ?? 0);
}

/** Waits before a further attempt: twice as long each time, with jitter so that clients spread out. */
export async function waitBefore(attempt: number): Promise<void> {
  const longest = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(attempt, 10));
  await pause(longest / 2 + (Math.random() * longest) / 2);
}

/** The text of an error for people; an error of the program itself is thrown on. */
export function messageOf(error: unknown): string {
  if (isTokenRefused(error)) return TOKEN_REFUSED;
  const known = error instanceof ErrorAnswer || error instanceof NoAnswer || error instanceof NotFound;
  if (known || (error instanceof Error && "code" in error)) return error.message; // the latter: a file, an option
  throw error;
}

const SHARED = {
  token: { type: "string", default: process.env["SAISINE_TOKEN"] ?? "" },
  url: { type: "string", default: "http://127.0.0.1:8000/graphql" },
  help: { type: "boolean", short: "h", default: false },
} as const;
const SHARED_HELP = `  --token TOKEN  sinon SAISINE_TOKEN
  --url URL      défaut : ${SHARED.url.default}`;

/** Parses the options that all examples take and those of one; prints `help` and ends for `--help` or a mistake. */
export function options<const Own extends NonNullable<ParseArgsConfig["options"]>>(help: string, own: Own) {
  try {
    const given = parseArgs({ options: { ...SHARED, ...own }, allowPositionals: true });
    if (!(given.values as { help?: boolean }).help) return given;
  } catch (error) {
    misused(help, messageOf(error));
  }
  console.log(`${help}\n${SHARED_HELP}`);
  process.exit(0);
}

/** Prints what is wrong with the command line and the help, and ends with exit code 2. */
export function misused(help: string, problem: string): never {
  console.error(`${help}\n${SHARED_HELP}\n\n${problem}`);
  process.exit(2);
}

/** Runs a program to its end. The reason that it returns or throws is printed, and the exit code is 1. */
export async function end(running: Promise<string | undefined>): Promise<void> {
  const why = await running.catch(messageOf);
  if (why === undefined) return;
  console.error(why);
  process.exitCode = 1;
}
