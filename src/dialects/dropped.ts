/** Notes the parameters that carry a value and cannot be expressed. Their absence must be cosmetic. */
export function noteDropped(dropped: string[], parameters: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) dropped.push(name);
  }
}
