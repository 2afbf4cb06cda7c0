// Sends the mutation of an action, with an idempotency key so that the server acts once.
import type { AnyVariables, Client, TypedDocumentNode } from "@urql/core";
import {
  AcceptSolutionDocument,
  AssignTicketDocument,
  AssignTicketToMeDocument,
  CloseTicketDocument,
  ProposeSolutionDocument,
  ProvideInformationDocument,
  RefuseSolutionDocument,
  RequestInformationDocument,
  TransferToSupportDocument,
  type OutcomeFragment,
  type TicketAction,
} from "../../gql/graphql.ts";
import { codeOf } from "../../net/client.ts";
import { uploading } from "../../net/upload.ts";

export type Outcome = OutcomeFragment;
export type Refused = Extract<Outcome, { __typename: "ActionRefused" }>;

export interface Given {
  ticketId: string;
  version: number;
  message?: string;
  assigneeId?: string;
  attachments?: File[];
}

const DOCUMENTS = {
  ASSIGN_TO_ME: AssignTicketToMeDocument,
  ASSIGN: AssignTicketDocument,
  PROPOSE_SOLUTION: ProposeSolutionDocument,
  REQUEST_INFORMATION: RequestInformationDocument,
  TRANSFER_TO_SUPPORT: TransferToSupportDocument,
  PROVIDE_INFORMATION: ProvideInformationDocument,
  ACCEPT_SOLUTION: AcceptSolutionDocument,
  REFUSE_SOLUTION: RefuseSolutionDocument,
  CLOSE: CloseTicketDocument,
} satisfies Record<TicketAction, unknown>;

/** No answer came: the action may have been done. */
export class Lost extends Error {}

/** Makes idempotency keys: the same key as long as the same input is sent, so that a repeated call acts once. */
export function onceKey(): (given: object) => string {
  let last = { said: "", key: "" };
  return (given) => {
    const said = JSON.stringify(given, (_, value: unknown) =>
      value instanceof File ? [value.name, value.size, value.lastModified] : value,
    );
    if (said !== last.said) last = { said, key: crypto.randomUUID() };
    return last.key;
  };
}

export async function send<Result, Variables extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<{ result?: Result | null }, Variables>,
  variables: Variables,
  onProgress: (share: number) => void,
): Promise<Result> {
  const { data, error } = await client.mutation(document, variables, { fetch: uploading(onProgress) }).toPromise();
  if (data?.result) return data.result;
  if (codeOf(error) && codeOf(error) !== "INTERNAL") throw new Error(error?.graphQLErrors[0]?.message);
  throw new Lost(error?.message);
}

export async function perform(
  client: Client,
  action: TicketAction,
  given: Given,
  idempotencyKey: string,
  onProgress: (share: number) => void,
): Promise<Outcome> {
  const document = DOCUMENTS[action] as TypedDocumentNode<{ result: Outcome }, { input: Given & { idempotencyKey: string } }>;
  return await send(client, document, { input: { ...given, idempotencyKey } }, onProgress);
}
