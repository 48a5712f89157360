import fs from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A declaration that pages tell of. */
export type DeclarationNode = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** Where something is declared. */
export interface Declaration<Node extends DeclarationNode = DeclarationNode> {
    readonly name: string;
    /** Absolute path. */
    readonly file: string;
    readonly node: Node;
}

/**
 * The project's sources as they are written: syntax only, since doc comments are read and types are shown as their author
 * named them. Takes milliseconds where a type check takes seconds.
 */
export class Sources {
    private readonly parsed = new Map<string, ts.SourceFile>();

    /** The syntax tree of a file. */
    read(file: string): ts.SourceFile {
        const known = this.parsed.get(file);
        if (known !== undefined) {
            return known;
        }
        const text = fs.readFileSync(file, "utf8");
        const made = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
        this.parsed.set(file, made);
        return made;
    }

    /** What a name means in a file: declared there, or imported from another file of the project. */
    find(file: string, name: string): Declaration | undefined {
        const { statements } = this.read(file);
        const own = statements.filter(isDeclaration).find((node) => node.name?.text === name);
        if (own !== undefined) {
            return { name, file, node: own };
        }
        for (const statement of statements) {
            const origin = originOf(statement, name);
            const from = origin && resolve(file, origin.module);
            const found = from && this.find(from, origin.name);
            if (found) {
                return found;
            }
        }
        return undefined;
    }

    /** Initial value of a constant of a file. */
    constant(file: string, name: string): ts.Expression | undefined {
        return this.read(file)
            .statements.filter(ts.isVariableStatement)
            .flatMap(({ declarationList }) => [...declarationList.declarations])
            .find((each) => each.name.getText() === name)?.initializer;
    }
}

function isDeclaration(node: ts.Node): node is DeclarationNode {
    return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** The module that an import or export takes a name from, and what it is called there. */
function originOf(statement: ts.Statement, name: string): { module: string; name: string } | undefined {
    if (ts.isImportDeclaration(statement)) {
        const bindings = statement.importClause?.namedBindings;
        return bindings && ts.isNamedImports(bindings)
            ? named(bindings.elements, name, statement.moduleSpecifier)
            : undefined;
    }
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
        return statement.exportClause === undefined
            ? { module: textOf(statement.moduleSpecifier), name }
            : ts.isNamedExports(statement.exportClause)
              ? named(statement.exportClause.elements, name, statement.moduleSpecifier)
              : undefined;
    }
    return undefined;
}

function named(
    elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[],
    name: string,
    module: ts.Expression,
): { module: string; name: string } | undefined {
    const found = elements.find((each) => each.name.text === name);
    return found && { module: textOf(module), name: (found.propertyName ?? found.name).text };
}

function textOf(literal: ts.Expression): string {
    return ts.isStringLiteral(literal) ? literal.text : "";
}

/** The file that a relative import means; packages are not told of. */
function resolve(file: string, module: string): string | undefined {
    if (!module.startsWith(".")) {
        return undefined;
    }
    const base = path.resolve(path.dirname(file), module);
    return [`${base}.ts`, path.join(base, "index.ts")].find((each) => fs.existsSync(each));
}
