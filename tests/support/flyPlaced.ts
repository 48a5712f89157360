import { FlyPlatform, FlyPlatformArgs } from "../../components/fly/platform";
import { Place } from "../../components/platform";
import { Graph, record, RecordOptions } from "./graph";

/** What a platform on Fly and one system's place register before anything is placed. */
export const FLY_PLATFORM_RESOURCES = [
    "berth:index:FlyPlatform fly-platform",
    "berth:index:System shop",
    "pulumi:providers:fly fly",
];

/** Records what is placed on Fly for the system `shop`. */
export function recordOnFly(
    place: (here: Place, platform: FlyPlatform) => unknown,
    args: Partial<FlyPlatformArgs> = {},
    options?: RecordOptions,
): Promise<Graph> {
    return record(() => {
        const platform = new FlyPlatform("fly-platform", { protect: false, ...args });
        return place(platform.forSystem("shop"), platform);
    }, options);
}

/** The resources that a recorded placement on Fly added to the platform's own. */
export function placedOnFly(graph: Graph): string[] {
    return graph.list().filter((each) => !FLY_PLATFORM_RESOURCES.includes(each));
}

/** What refuses to be deleted, and what is left where it is when its resource goes. */
export const keptIn = ({ nodes }: Graph) => ({
    protected: nodes
        .filter(({ options }) => options.protect)
        .map(labelOf)
        .sort(),
    retained: nodes
        .filter(({ options }) => options.retainOnDelete)
        .map(labelOf)
        .sort(),
});
const labelOf = ({ type, name }: { type: string; name: string }) => `${type.split(":").at(-1) ?? ""} ${name}`;
