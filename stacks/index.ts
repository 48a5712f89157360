import { SystemOutputs } from "./compose";
import { dev } from "./dev";
import { prod } from "./prod";
import { Composition, Settings } from "./settings";

/** What each composition is made by. */
export const COMPOSED: Readonly<Record<Composition, (settings: Settings) => Record<string, SystemOutputs>>> =
    {
        // Wrapped: the further parameters are for the tests.
        dev: (settings) => dev(settings),
        prod,
    };
