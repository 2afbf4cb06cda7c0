// Sends operations to the server: queries and mutations by POST /graphql, subscriptions over WebSocket
// (graphql-transport-ws) at the same address, each with the headers that are typed at that moment.
// Only transport belongs here.
import type { Fetcher, Observable } from "@graphiql/toolkit";
import { getOperationAST } from "graphql";
import { type SubscribePayload, createClient } from "graphql-ws";
import { type Headers, connectionPayload, headersToSend } from "./headers";

type Observer = { next(value: unknown): void; complete(): void };

const HTTP_URL = new URL("/graphql", location.origin);
const WS_URL = HTTP_URL.href.replace(/^http/, "ws");

export const fetcher: Fetcher = (params, options) => {
  const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
  return operation?.operation === "subscription"
    ? subscription(params as SubscribePayload, connectionPayload(options?.headers))
    : post(params, headersToSend(options?.headers));
};

async function post(params: unknown, headers: Headers) {
  const response = await fetch(HTTP_URL, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...headers,
    },
    body: JSON.stringify(params),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return failure(`HTTP ${response.status} ${response.statusText} : ${text.slice(0, 500)}`);
  }
}

/** One connection per running subscription, so that each starts with the current token. */
function subscription(params: SubscribePayload, connectionParams: Headers) {
  return {
    subscribe(observer: Observer) {
      const client = createClient({ url: WS_URL, connectionParams, retryAttempts: 0 });
      const stop = client.subscribe(params, {
        next: (result) => observer.next(result),
        complete: () => observer.complete(),
        error(error) {
          observer.next(Array.isArray(error) ? { errors: error } : failure(reasonOf(error)));
          observer.complete();
        },
      });
      return { unsubscribe: stop };
    },
  } as Observable<any>; // of its overloads, the one GraphiQL calls
}

function reasonOf(error: unknown): string {
  if (error instanceof CloseEvent) return `Connexion WebSocket fermée (${error.code}) ${error.reason}`.trim();
  if (error instanceof Error) return error.message;
  return "La connexion WebSocket n'a pas pu être établie.";
}

function failure(message: string) {
  return { errors: [{ message }] };
}
