import ts from "typescript";
import { Comment, commentOf } from "./comments";
import { Declaration, Sources } from "./sources";
import { ShownType, shownType } from "./types";

/** A field of an interface, or something that a resource tells. */
export interface Member {
    readonly name: string;
    readonly optional: boolean;
    readonly type: ShownType;
    readonly comment: Comment;
}

/** A method of a class or an interface. */
export interface Method {
    readonly name: string;
    /** Without a modifier or a body. */
    readonly signature: string;
    readonly comment: Comment;
    /** What the project declares of what it takes and gives back. */
    readonly takes: readonly Declaration[];
    readonly gives: readonly Declaration[];
}

/** A class whose instances are resources. */
export interface Resource {
    readonly declaration: Declaration<ts.ClassDeclaration>;
    readonly comment: Comment;
    /** `new App(…)`. */
    readonly signature: string;
    readonly args: Declaration<ts.InterfaceDeclaration> | undefined;
    /** What it implements. */
    readonly promises: readonly Declaration<ts.InterfaceDeclaration>[];
    readonly outputs: readonly Member[];
    readonly methods: readonly Method[];
}

/** Classes of Pulumi's that a class of ours is a resource by. */
const RESOURCES = ["ComponentResource", "CustomResource", "ProviderResource"];

/** The resources that a file exports. */
export function resourcesOf(sources: Sources, file: string): Resource[] {
    return sources
        .read(file)
        .statements.filter(ts.isClassDeclaration)
        .filter((node) => isExported(node) && RESOURCES.includes(baseOf(node)))
        .map((node) => resourceOf(sources, { name: node.name?.text ?? "", file, node }));
}

function resourceOf(sources: Sources, declaration: Declaration<ts.ClassDeclaration>): Resource {
    const { name, file, node } = declaration;
    const constructor = node.members.find(ts.isConstructorDeclaration);
    const args = constructor?.parameters.find((each) => each.name.getText() === "args")?.type;
    const [argsType] = shownType(sources, file, args).named;
    const promises = promisedBy(sources, declaration);
    const promised = {
        members: promises.flatMap((each) => membersOf(sources, each)),
        methods: promises.flatMap((each) => methodsOf(sources, each)),
    };
    const open = node.members.filter((member) => !isHidden(member));
    return {
        declaration,
        comment: commentOf(node),
        signature: `new ${name}(${parametersOf(constructor?.parameters)})`,
        args: argsType && isInterface(argsType) ? argsType : undefined,
        promises,
        outputs: open
            .filter((each) => ts.isPropertyDeclaration(each) || ts.isGetAccessorDeclaration(each))
            .map((each) => ownOrPromised(memberOf(sources, file, each), promised.members)),
        methods: open
            .filter(ts.isMethodDeclaration)
            .map((each) => ownOrPromised(methodOf(sources, file, each), promised.methods)),
    };
}

/** The interfaces that the class implements: their comments hold for it, too. */
function promisedBy(
    sources: Sources,
    { file, node }: Declaration<ts.ClassDeclaration>,
): Declaration<ts.InterfaceDeclaration>[] {
    const clauses = (node.heritageClauses ?? []).filter(
        ({ token }) => token === ts.SyntaxKind.ImplementsKeyword,
    );
    return clauses
        .flatMap(({ types }) => types.flatMap((type) => sources.find(file, type.expression.getText()) ?? []))
        .filter(isInterface);
}

function ownOrPromised<Each extends Member | Method>(own: Each, promised: readonly Each[]): Each {
    const other = promised.find(({ name }) => name === own.name);
    if (other === undefined) {
        return own;
    }
    const typeless = "type" in own && own.type.text === "" && "type" in other;
    return {
        ...own,
        comment: own.comment.text === "" ? other.comment : own.comment,
        ...(typeless && { type: other.type }),
    };
}

/** Fields of an interface, those that it extends first. */
export function membersOf(sources: Sources, { file, node }: Declaration<ts.InterfaceDeclaration>): Member[] {
    const bases = (node.heritageClauses ?? [])
        .flatMap(({ types }) => types.flatMap((type) => sources.find(file, type.expression.getText()) ?? []))
        .filter(isInterface);
    return [
        ...bases.flatMap((base) => membersOf(sources, base)),
        ...node.members.filter(ts.isPropertySignature).map((each) => memberOf(sources, file, each)),
    ];
}

/** Methods of an interface. */
export function methodsOf(sources: Sources, { file, node }: Declaration<ts.InterfaceDeclaration>): Method[] {
    return node.members.filter(ts.isMethodSignature).map((each) => methodOf(sources, file, each));
}

export function isInterface(each: Declaration): each is Declaration<ts.InterfaceDeclaration> {
    return ts.isInterfaceDeclaration(each.node);
}

function memberOf(
    sources: Sources,
    file: string,
    node: ts.PropertySignature | ts.PropertyDeclaration | ts.GetAccessorDeclaration,
): Member {
    return {
        name: node.name.getText(),
        optional: !ts.isGetAccessorDeclaration(node) && node.questionToken !== undefined,
        type: shownType(sources, file, node.type),
        comment: commentOf(node),
    };
}

function methodOf(sources: Sources, file: string, node: ts.MethodSignature | ts.MethodDeclaration): Method {
    const name = node.name.getText();
    return {
        name,
        signature: `${name}(${parametersOf(node.parameters)}): ${node.type?.getText() ?? "void"}`,
        comment: commentOf(node),
        takes: node.parameters.flatMap(({ type }) => shownType(sources, file, type).named),
        gives: shownType(sources, file, node.type).named,
    };
}

function parametersOf(parameters: readonly ts.ParameterDeclaration[] = []): string {
    return parameters
        .map(({ name, questionToken, type }) => {
            const shown = ts.isIdentifier(name) ? name.text : "parts";
            return `${shown}${questionToken ? "?" : ""}: ${(type?.getText() ?? "").replace(/\s+/g, " ")}`;
        })
        .join(", ");
}

function baseOf(node: ts.ClassDeclaration): string {
    const extended = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
    return extended?.types[0]?.expression.getText().split(".").at(-1) ?? "";
}

function isExported(node: ts.ClassDeclaration): boolean {
    return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0;
}

function isHidden(member: ts.ClassElement): boolean {
    const hiding = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static;
    return (ts.getCombinedModifierFlags(member) & hiding) !== 0;
}
