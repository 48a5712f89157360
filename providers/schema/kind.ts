import { Problem } from "../../lib/problems";
import { AnyKind, defineKind, Kind } from "../server/kind";
import { Properties, rootOf, UNKNOWN } from "../server/properties";
import { checkFields } from "./check";
import { withDefaults } from "./defaults";
import { Fields, ResourceSchema } from "./fields";

/** What a kind does itself; all else follows from its schema. */
type Operations<Inputs, Outputs, Services> = Pick<
    Kind<Inputs, Outputs, Services>,
    "create" | "update" | "read" | "import" | "delete" | "deleteBeforeReplace"
> & {
    /** Defaults that depend on the resource's name in the stack. @default none */
    defaults?(inputs: Properties, urn: string): Properties;
    /** What is wrong with inputs whose fields are right, each for itself. @default nothing */
    check?(inputs: Inputs, before?: Inputs): Problem[];
};

/** A kind of resource that is described by a schema. */
export function describedKind<Inputs, Outputs, Services>(
    schema: ResourceSchema,
    operations: Operations<Inputs, Outputs, Services>,
): AnyKind<Services> {
    return defineKind<Inputs, Outputs, Services>({
        ...operations,
        token: schema.token,
        outputs: Object.keys(schema.outputs) as (keyof Outputs & string)[],
        replaceOn: reasons(schema.inputs) as Kind<Inputs, Outputs, Services>["replaceOn"],
        secretOutputs: Object.entries({ ...schema.inputs, ...schema.outputs })
            .filter(([, field]) => field.secret)
            .map(([name]) => name),
        defaults: (inputs, urn) => {
            const filled = withDefaults(schema.inputs, inputs);
            return { ...operations.defaults?.(filled, urn), ...filled };
        },
        check: (inputs, before) => {
            const problems = checkFields(schema.inputs, inputs);
            const wrong = new Set(problems.map(({ path }) => rootOf(path)));
            // What is wrong for itself counts as not known yet in the checks of the others.
            const rest = { ...inputs, ...Object.fromEntries([...wrong].map((name) => [name, UNKNOWN])) };
            const more = operations.check?.(rest as Inputs, before as Inputs) ?? [];
            return [...problems, ...more.filter(({ path }) => !wrong.has(rootOf(path)))];
        },
    });
}

function reasons(fields: Fields): Record<string, string> {
    return Object.fromEntries(
        Object.entries(fields).flatMap(([name, { replaces }]) =>
            replaces === undefined ? [] : [[name, replaces]],
        ),
    );
}
