/** A record of the same names, each value made from the one before. */
export function mapValues<From, To>(
    from: Readonly<Record<string, From>>,
    to: (value: From, name: string) => To,
): Record<string, To> {
    return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value, name)]));
}
