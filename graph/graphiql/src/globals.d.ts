// Types of what packages put on the global object or leave undescribed. Only declarations belong here.
interface Window {
  MonacoEnvironment?: { getWorker(id: string, label: string): Worker };
}

declare module "monaco-editor/esm/vs/editor/editor.worker.js" {
  export function initialize(create: ((context: any, data: any) => unknown) | null): void;
}
