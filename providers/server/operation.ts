import { AnyKind, Context } from "./kind";
import { Properties } from "./properties";

/** What the requests of all operations have in common. */
export interface Operation {
    getUrn(): string;
    getTimeout?(): number;
}

/** Without anything recorded the engine imports: the id is all that is known. */
export async function stateOf<Services>(
    kind: AnyKind<Services>,
    id: string,
    recorded: Properties,
    context: Context<Services>,
): Promise<Properties | undefined> {
    if (Object.keys(recorded).length > 0) {
        return kind.read ? await kind.read(id, recorded, context) : recorded;
    }
    if (kind.import === undefined) {
        throw new Error(`${kind.token} can't be imported`);
    }
    return await kind.import(id, context);
}

/** Aborts when an operation's custom timeout is over. */
export function timeOver(seconds: number): AbortSignal {
    const controller = new AbortController();
    const reason = new Error(`its custom timeout of ${seconds} s is over`);
    setTimeout(() => {
        controller.abort(reason);
    }, seconds * 1000).unref();
    return controller.signal;
}
