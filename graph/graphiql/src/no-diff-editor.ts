// Stands in for Monaco's two diff editors, which GraphiQL never opens (vite.config.ts puts this module
// there). Monaco names the classes at load time, so they must exist; nothing else belongs here.
export class DiffEditorWidget {}
export class MultiDiffEditorWidget {}
