import { ApiError, invalidFields } from "./apiError";

/** Reads one value of a request's body. Throws `WrongField` for one that the API doesn't take. */
export type Field<T> = (value: unknown) => T;

interface FieldProblem {
    /** Path from the value that was read: empty for the value itself. */
    readonly name: string;
    readonly message: string;
}

class WrongField extends Error {
    constructor(readonly problems: readonly FieldProblem[]) {
        super(problems.map(({ message }) => message).join(", "));
    }
}

export function wrong(message: string): WrongField {
    return new WrongField([{ name: "", message }]);
}

type Schema = Readonly<Record<string, Field<unknown>>>;
type Values<S extends Schema> = { readonly [Name in keyof S]: ReturnType<S[Name]> };

/** Reads a body. All that is wrong with it is one `invalid_input`, with a message for each field. */
export function parse<S extends Schema>(body: unknown, schema: S): Values<S> {
    try {
        return object(schema)(body);
    } catch (error) {
        throw error instanceof WrongField ? invalidFields(error.problems) : (error as ApiError);
    }
}

export function object<S extends Schema>(schema: S): Field<Values<S>> {
    return (value) => {
        if (typeof value !== "object" || value === null || Array.isArray(value)) {
            throw wrong("must be an object");
        }
        const given = value as Record<string, unknown>;
        return Object.fromEntries(
            collected(Object.entries(schema), ([name, field]) => [name, [name, field(given[name])]]),
        ) as Values<S>;
    };
}

export function list<T>(field: Field<T>, max = Infinity): Field<T[]> {
    return (value) => {
        if (!Array.isArray(value) || value.length > max) {
            throw wrong(Array.isArray(value) ? `must have at most ${max} items` : "must be a list");
        }
        return collected([...value.entries()], ([index, item]) => [String(index), field(item)]);
    };
}

/** Reads every item, and only then tells what was wrong with any of them. */
function collected<Item extends readonly [string | number, unknown], T>(
    items: readonly Item[],
    read: (item: Item) => readonly [string, T],
): T[] {
    const problems: FieldProblem[] = [];
    const values: T[] = [];
    for (const item of items) {
        try {
            values.push(read(item)[1]);
        } catch (error) {
            if (!(error instanceof WrongField)) {
                throw error;
            }
            problems.push(
                ...error.problems.map((problem) => ({ ...problem, name: joined(item[0], problem) })),
            );
        }
    }
    if (problems.length > 0) {
        throw new WrongField(problems);
    }
    return values;
}

function joined(parent: string | number, { name }: FieldProblem): string {
    return name === "" ? String(parent) : `${parent}.${name}`;
}

/** A value that may be left out, or be null. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
    return (value) => (value === undefined || value === null ? undefined : field(value));
}

export const text: Field<string> = (value) => {
    if (typeof value !== "string") {
        throw wrong(value === undefined ? "is missing" : "must be a text");
    }
    return value;
};

export const bool: Field<boolean> = (value) => {
    if (typeof value !== "boolean") {
        throw wrong(value === undefined ? "is missing" : "must be true or false");
    }
    return value;
};

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Field<number> {
    return (value) => {
        if (value === undefined) {
            throw wrong("is missing");
        }
        if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
            throw wrong(
                max === Number.MAX_SAFE_INTEGER
                    ? `must be a whole number of ${min} or more`
                    : `must be a whole number from ${min} to ${max}`,
            );
        }
        return value;
    };
}

export const id = integer(1);

/** A reference to what has a name as well as an id; a number in a text is an id. */
export const idOrName: Field<string> = (value) =>
    typeof value === "number" ? String(id(value)) : text(value);

export function oneOf<const T extends string>(...choices: readonly T[]): Field<T> {
    return (value) => {
        const given = text(value);
        const choice = choices.find((each) => each === given);
        if (choice === undefined) {
            throw wrong(`must be one of ${choices.join(", ")}`);
        }
        return choice;
    };
}
