import { StackOutputs } from "./compose";
import { dev } from "./dev";
import { prod } from "./prod";
import { Settings } from "./settings";

/** Declares what the settings ask for. */
export function composed(settings: Settings): StackOutputs {
    return settings.composition === "dev" ? dev(settings) : prod(settings);
}
