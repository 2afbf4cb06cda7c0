// A progress bar on standard error: redrawn in place on a terminal, printed once at its end elsewhere.
import { clearLine, cursorTo } from "node:readline";

const WIDTH = 40;

export class Progress {
  #done = 0;
  readonly #since = Date.now();

  constructor(readonly label: string, readonly total: number, readonly stream = process.stderr) {
    this.#draw();
  }

  advance(): void {
    this.#done++;
    this.#draw();
  }

  /** Prints a line above the bar. */
  say(line: string): void {
    this.#clear();
    this.stream.write(`${line}\n`);
    this.#draw();
  }

  end(): void {
    this.stream.write(`${this.stream.isTTY ? "" : this.#line()}\n`);
  }

  #draw(): void {
    this.#clear();
    if (this.stream.isTTY) this.stream.write(this.#line());
  }

  #clear(): void {
    if (!this.stream.isTTY) return;
    cursorTo(this.stream, 0);
    clearLine(this.stream, 0);
  }

  #line(): string {
    const full = this.total ? Math.floor((WIDTH * this.#done) / this.total) : WIDTH;
    const left = this.#done ? ((Date.now() - this.#since) / this.#done) * (this.total - this.#done) : 0;
    const time = new Date(left).toISOString().slice(11, 19);
    return `${this.label} ${"━".repeat(full)}${"╌".repeat(WIDTH - full)} ${this.#done}/${this.total} ${time}`;
  }
}
