/**
 * Replaces one property of a global, a prototype or a built-in module, keeping how it looks: enumerable as before,
 * writable, configurable. What cannot be replaced, or does not exist on this Node, is left alone; false says so.
 */
export function patch<T>(holder: object, name: PropertyKey, make: (native: T) => unknown): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (descriptor === undefined || (!descriptor.configurable && !descriptor.writable)) return false;
  const value = make((holder as Record<PropertyKey, unknown>)[name] as T);
  if (descriptor.configurable) {
    Object.defineProperty(holder, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: descriptor.enumerable ?? false,
    });
  } else {
    (holder as Record<PropertyKey, unknown>)[name] = value;
  }
  return true;
}

/** Replaces a getter on a prototype; the new one is given what the old one answers. */
export function patchGetter<T>(holder: object, name: PropertyKey, answer: (native: T) => unknown): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (descriptor?.get === undefined || !descriptor.configurable) return false;
  const { get } = descriptor;
  Object.defineProperty(holder, name, {
    ...descriptor,
    get(this: object): unknown {
      return answer(get.call(this) as T);
    },
  });
  return true;
}

/** Gives a wrapper the name, the length and the own properties of what it wraps. */
export function alike<T extends object>(wrapper: T, native: object): T {
  for (const name of Reflect.ownKeys(native)) {
    const own = Object.getOwnPropertyDescriptor(wrapper, name);
    if (own === undefined || own.configurable) {
      Object.defineProperty(wrapper, name, { ...Object.getOwnPropertyDescriptor(native, name)!, configurable: true });
    }
  }
  return wrapper;
}
