/** What a field holds. Objects have a name, by which the package's schema knows their type. */
export type FieldType =
    | "string"
    | "integer"
    | "number"
    | "boolean"
    | { readonly list: FieldType }
    | { readonly map: FieldType }
    | { readonly object: string; readonly fields: Fields };

/** One input or output of a resource: the one place for its type, its meaning, its default and its limits. */
export interface Field {
    readonly type: FieldType;
    /** What it means, with its unit, as whoever sets it has to know it. */
    readonly description: string;
    /** Whether it may be left out without a default. @default false */
    readonly optional?: boolean;
    /** What stands for it when it is left out. @default none: it has to be given */
    readonly default?: unknown;
    /** Whether its value is a secret. @default false */
    readonly secret?: boolean;
    /** Why a change of it makes a new resource. @default a change updates */
    readonly replaces?: string;
    /** The texts that it may be. @default any */
    readonly oneOf?: readonly string[];
    /** Limits of a number, or of a text's length. @default none */
    readonly min?: number;
    readonly max?: number;
    /** Form of a text, and how it is told. @default any */
    readonly pattern?: { readonly form: RegExp; readonly description: string };
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field>>;

/** A resource as its users see it. */
export interface ResourceSchema {
    /** Type token: `fly:index:App`. */
    readonly token: string;
    readonly description: string;
    readonly inputs: Fields;
    /** What is known once the resource is there. */
    readonly outputs: Fields;
    /** What identifies it in `pulumi import`: `my-app`. */
    readonly importId: string;
}

/** Whether a field has to be given. */
export function isRequired(field: Field): boolean {
    return field.optional !== true && field.default === undefined;
}
