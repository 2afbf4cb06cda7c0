// The transport of subscriptions: one WebSocket (graphql-ws) or, where a network blocks WebSockets, one stream of
// server-sent events each (graphql-sse). Neither retries by itself: `follow.ts` does, from its last cursor.
import type { ExecutionResult } from "graphql";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient, type Client as WsClient } from "graphql-ws";
import { preferences } from "../app/preferences.ts";
import { store } from "../app/store.ts";
import { expire, session } from "../features/session/session.ts";
import { onWake } from "./link.ts";

export interface Request {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

export interface Sink {
  next(result: ExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

/** `connected` is called once the server has accepted the connection that carries the subscription. */
export type Transport = (request: Request, sink: Sink, connected: () => void) => () => void;

const PING_SECONDS = 10;
const PONG_SECONDS = 5;
/** A stream sends an event or a comment at least that often (SAISINE_SSE_KEEP_ALIVE_SECONDS, with room). */
const SILENCE_SECONDS = 40;
const FORBIDDEN = 4403;
const KEY = "saisine.transport";

/** The transport of this tab. Over HTTP/1.1 a browser opens at most six connections to a server, streams included. */
export const carrier = store<"websocket" | "events">(sessionStorage.getItem(KEY) === "sse" ? "events" : "websocket");

/** The transport of this tab: WebSocket until it turns out to be blocked. */
export function transport(): Transport {
  let overWebSocket: Transport | undefined = undefined;
  let overEvents: Transport | undefined = undefined;
  return (request, sink, connected) => {
    if (carrier.get() === "events") return (overEvents ??= events())(request, sink, connected);
    return (overWebSocket ??= webSocket())(request, sink, connected);
  };
}

function webSocket(): Transport {
  let opened = false;
  let sentWith: string | null = null;
  let overdue: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | undefined;
  const listeners = new Set<() => void>();
  const client: WsClient = createWsClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    lazyCloseTimeout: 2_000,
    keepAlive: PING_SECONDS * 1000,
    retryAttempts: 0,
    shouldRetry: () => false,
    connectionParams: () => {
      sentWith = session.get().token;
      return { authorization: `Bearer ${sentWith}`, acceptLanguage: preferences.get().language };
    },
    on: {
      connected: (raw) => {
        opened = true;
        socket = raw as WebSocket;
        for (const listener of [...listeners]) listener();
      },
      ping: (received) => {
        if (!received) expectPong();
      },
      pong: (received) => {
        if (received) clearTimeout(overdue);
      },
      closed: (event) => {
        clearTimeout(overdue);
        socket = undefined;
        if ((event as CloseEvent).code === FORBIDDEN) expire(sentWith);
        else if (!opened) void fallBack();
      },
    },
  });

  // After a cut or a sleep a socket may look open for minutes: it is pinged, and closed when no pong comes.
  function expectPong() {
    clearTimeout(overdue);
    overdue = setTimeout(() => client.terminate(), PONG_SECONDS * 1000);
  }
  onWake(() => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ type: "ping" }));
    expectPong();
  });
  addEventListener("offline", () => client.terminate());

  return (request, sink, connected) => {
    if (socket?.readyState === WebSocket.OPEN) connected();
    else listeners.add(connected);
    const stop = client.subscribe(request, sink as Parameters<WsClient["subscribe"]>[1]);
    return () => {
      listeners.delete(connected);
      stop();
    };
  };
}

/** Called when no WebSocket has ever opened: if the server answers over HTTP, the network blocks WebSockets. */
async function fallBack(): Promise<void> {
  try {
    if (!(await fetch("/health/live", { cache: "no-store" })).ok) return;
    sessionStorage.setItem(KEY, "sse");
    carrier.set("events");
  } catch {
    // The server cannot be reached at all, which says nothing about WebSockets.
  }
}

function events(): Transport {
  return (request, sink, connected) => {
    const token = session.get().token;
    let heard = Date.now();
    const client = createSseClient({
      url: `${location.origin}/graphql`,
      retryAttempts: 0,
      headers: { Authorization: `Bearer ${token}`, "Accept-Language": preferences.get().language },
      fetchFn: async (input: RequestInfo, init: RequestInit) => {
        const response = await fetch(input, init);
        if (response.status === 401) expire(token);
        const listening = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            heard = Date.now();
            controller.enqueue(chunk);
          },
        });
        return new Response(response.body?.pipeThrough(listening), response);
      },
    });
    const watch = setInterval(() => {
      if (Date.now() - heard < SILENCE_SECONDS * 1000) return;
      clearInterval(watch);
      client.dispose();
      sink.error(new Error("silence"));
    }, 5_000);
    const stop = client.subscribe(request, sink as Parameters<typeof client.subscribe>[1], { connected });
    return () => {
      clearInterval(watch);
      stop();
      client.dispose();
    };
  };
}
