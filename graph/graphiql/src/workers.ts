// Tells Monaco where its workers are: a file of this server (no blob:, no CDN).
// Only the start of a worker belongs here; what each does is in worker.ts.
import MonacoWorker from "./worker?worker";

self.MonacoEnvironment = {
  getWorker: (_id: string, label: string): Worker => new MonacoWorker({ name: label }),
};
