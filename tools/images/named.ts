import { CONNECTOR_IMAGE } from "../../components/images";
import { recordDevStack } from "../picture/record";
import { stackImages } from "./stackImages";

/** The stack that can be recorded without a secret. It has no tunnel; all else that production runs is in it. */
const STACK = "dev";

/** Images that the program itself names: not those that it builds, nor those that the stack sets for its apps. */
export async function namedByProgram(): Promise<string[]> {
    const images = (await recordDevStack())
        .filter(({ type }) => type.endsWith(":RemoteImage"))
        .map(({ inputs }) => inputs);
    const others = new Set<unknown>([
        ...images.filter(({ build }) => build !== undefined).map(({ name }) => name),
        ...stackImages(STACK).map(({ reference }) => reference),
    ]);
    const names = images.map(({ name }) => name).filter((name) => typeof name === "string");
    return [...new Set([...names, CONNECTOR_IMAGE])].filter((name) => !others.has(name)).sort();
}
