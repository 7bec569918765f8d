import { patch } from "./patch.ts";
import { stage } from "./stage.ts";

/**
 * `Date` inside a turn: the machine's wall clock. Only the questions for *now* are answered anew (`Date.now()`, `new Date()`,
 * `Date()`); a date that is built from an argument, and all methods, are Node's own. Both the constructor and the
 * native one behind it are fenced, because `date.constructor.now` leads to either.
 */
export function fenceDate(): void {
  const NativeDate = Date;
  const nativeNow = Date.now;

  function now(): number {
    return stage.process === undefined ? nativeNow() : stage.process.fence.now();
  }

  function FencedDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new NativeDate(now()).toString();
    return Reflect.construct(NativeDate, args.length === 0 ? [now()] : args, new.target);
  }

  patch(NativeDate, "now", () => named(now, "now"));
  patch(globalThis, "Date", () => {
    for (const name of ["now", "parse", "UTC"] as const) {
      Object.defineProperty(FencedDate, name, Object.getOwnPropertyDescriptor(NativeDate, name)!);
    }
    Object.defineProperty(FencedDate, "prototype", { value: NativeDate.prototype, writable: false });
    Object.defineProperty(FencedDate, "length", { value: 7, configurable: true });
    return named(FencedDate, "Date");
  });
  patch(NativeDate.prototype, "constructor", () => Date);
  fenceIntl(now);
}

/** `Intl.DateTimeFormat` means now where it is given no date. `format` is a bound function, the same for one formatter. */
function fenceIntl(now: () => number): void {
  type Format = (date?: Date | number) => string;
  const { prototype } = Intl.DateTimeFormat;
  const { get } = Object.getOwnPropertyDescriptor(prototype, "format")!;
  const bound = new WeakMap<object, Format>();
  Object.defineProperty(prototype, "format", {
    configurable: true,
    enumerable: false,
    get(this: Intl.DateTimeFormat): Format {
      let format = bound.get(this);
      if (format === undefined) {
        const native = get!.call(this) as Format;
        format = date => native(date === undefined ? now() : date);
        bound.set(this, named(format, ""));
      }
      return format;
    },
  });
  patch<Intl.DateTimeFormat["formatToParts"]>(prototype, "formatToParts", native =>
    named(function (this: Intl.DateTimeFormat, date?: Date | number) {
      return native.call(this, date === undefined ? now() : date);
    }, "formatToParts"),
  );
}

function named<T extends object>(wrapper: T, name: string): T {
  return Object.defineProperty(wrapper, "name", { value: name, configurable: true });
}
