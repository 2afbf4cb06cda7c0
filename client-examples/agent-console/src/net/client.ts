// urql's client: the token, the language, and what happens when the session expires.
//
// It has no cache on purpose: a list is read once and then updated by its events (`follow.ts`), so a cache would be a
// second source of truth. A screen reads its data when it opens.
import { Client, fetchExchange, mapExchange, subscriptionExchange, type CombinedError } from "@urql/core";
import { authExchange } from "@urql/exchange-auth";
import { preferences } from "../app/preferences.ts";
import { expire, renewed, session } from "../features/session/session.ts";
import { transport, type Request } from "./transport.ts";

/** The code of the first error that has one (`extensions.code`). */
export function codeOf(error: CombinedError | undefined): string | undefined {
  return error?.graphQLErrors.map((one) => one.extensions.code).find((code) => typeof code === "string") as
    | string
    | undefined;
}

export function createClient(): Client {
  const subscribe = transport();
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    requestPolicy: "network-only",
    exchanges: [
      mapExchange({
        onOperation(operation) {
          const language = preferences.get().language;
          const options = operation.context.fetchOptions;
          const given = typeof options === "function" ? options() : (options ?? {});
          const headers = { ...(given.headers as Record<string, string>), "Accept-Language": language };
          return { ...operation, context: { ...operation.context, fetchOptions: { ...given, headers } } };
        },
      }),
      authExchange((utils) => {
        let sentWith: string | null = null;
        return Promise.resolve({
          addAuthToOperation(operation) {
            sentWith = session.get().token;
            return sentWith ? utils.appendHeaders(operation, { Authorization: `Bearer ${sentWith}` }) : operation;
          },
          willAuthError: () => session.get().expired,
          didAuthError: (error) => codeOf(error) === "UNAUTHENTICATED",
          // Every request waits until the person has logged in again, and is then sent.
          async refreshAuth() {
            if (!session.get().expired) expire(sentWith);
            await renewed();
          },
        });
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (body, operation) => ({
          subscribe: (sink) => ({
            unsubscribe: subscribe(body as Request, sink as never, (operation.context.connected as () => void) ?? noop),
          }),
        }),
      }),
    ],
  });
}

function noop(): void {}
