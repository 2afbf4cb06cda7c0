// The viewer and their profiles, for every screen inside the frame.
import { createContext, useContext } from "react";
import type { Profile, ReadViewerQuery } from "../../gql/graphql.ts";

export type Viewer = ReadViewerQuery["viewer"];

export const ViewerContext = createContext<Viewer | null>(null);

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error("useViewer outside of the frame");
  return viewer;
}

export function holds(viewer: Viewer, ...profiles: Profile[]): boolean {
  return viewer.entitlements.some((one) => profiles.includes(one.profile));
}

export const receives = (viewer: Viewer) => holds(viewer, "RECEIVED_TICKETS_VIEW", "RECEIVED_TICKETS_EDIT");
export const sends = (viewer: Viewer) => holds(viewer, "SENT_TICKETS");
