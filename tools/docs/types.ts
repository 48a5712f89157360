import ts from "typescript";
import { Declaration, Sources } from "./sources";

/** A type as a page shows it. */
export interface ShownType {
    /** As its author wrote it, on one line. */
    readonly text: string;
    /** What the project itself declares of what is named in it. */
    readonly named: readonly Declaration[];
}

/** Longest list of values that stands in the place of its name. */
const MAX_INLINE = 3;

/** How a type is shown where it is used. A short list of values stands for itself. */
export function shownType(sources: Sources, file: string, type: ts.TypeNode | undefined): ShownType {
    if (type === undefined) {
        return { text: "", named: [] };
    }
    const named = namesIn(type).flatMap((name) => sources.find(file, name) ?? []);
    const [only] = named;
    const values = type.getText() === only?.name ? valuesOf(sources, only) : undefined;
    return values !== undefined && values.length <= MAX_INLINE
        ? { text: values.join(" | "), named: [] }
        : { text: type.getText().replace(/\s+/g, " "), named };
}

function namesIn(node: ts.Node): string[] {
    const own = ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) ? [node.typeName.text] : [];
    const inner: string[] = [];
    ts.forEachChild(node, (child) => {
        inner.push(...namesIn(child));
    });
    return [...own, ...inner];
}

/** The values of an alias for a list of them: a union of literals, or the items or the names of a constant. */
export function valuesOf(sources: Sources, { file, node }: Declaration): string[] | undefined {
    if (!ts.isTypeAliasDeclaration(node)) {
        return undefined;
    }
    const { type } = node;
    if (ts.isUnionTypeNode(type) || ts.isLiteralTypeNode(type)) {
        const members = ts.isUnionTypeNode(type) ? [...type.types] : [type];
        return members.every(ts.isLiteralTypeNode) ? members.map((each) => each.getText()) : undefined;
    }
    const constant = /^(?:\(typeof (\w+)\)\[number\]|keyof typeof (\w+))$/.exec(type.getText());
    const name = constant?.[1] ?? constant?.[2];
    const value = name === undefined ? undefined : sources.constant(file, name);
    return value && literalsIn(value);
}

function literalsIn(value: ts.Expression): string[] {
    if (ts.isAsExpression(value) || ts.isParenthesizedExpression(value) || ts.isSpreadElement(value)) {
        return literalsIn(value.expression);
    }
    if (ts.isArrayLiteralExpression(value)) {
        return value.elements.flatMap(literalsIn);
    }
    if (ts.isObjectLiteralExpression(value)) {
        return value.properties.map((property) => JSON.stringify(property.name?.getText() ?? ""));
    }
    return [value.getText()];
}
