/** `count[1]#7` → `7`: the attempt in an execution's name. */
export function attemptOf(execution: string): string {
  return execution.slice(execution.lastIndexOf("#") + 1);
}
