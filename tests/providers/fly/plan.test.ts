import fc from "fast-check";
import { WireMachine } from "../../../providers/fly/client/types";
import { MachineConfig } from "../../../providers/fly/machineConfig";
import { configFields } from "../../../providers/fly/machineFields";
import { batchesOf, isRight, LABELS, sortMachines, Wanted } from "../../../providers/fly/release/plan";
import { toWire } from "../../../providers/fly/wireConfig";
import { withDefaults } from "../../../providers/schema/defaults";

const configOf = (image: string) =>
    withDefaults(configFields, { image, services: [{ internalPort: 80 }] }) as unknown as MachineConfig;

interface Shape {
    readonly region: string;
    readonly image: string;
    readonly secrets: string | undefined;
    readonly cordoned: boolean;
    readonly state: string;
    readonly known: boolean;
    /** Whether one of our own releases made it. */
    readonly ours: boolean;
    readonly hostDown: boolean;
}

const REGIONS = ["ams", "fra", "iad"];
const shapes: fc.Arbitrary<Shape[]> = fc.array(
    fc.record({
        region: fc.constantFrom(...REGIONS),
        image: fc.constantFrom("new", "old"),
        secrets: fc.constantFrom("2", "1", undefined),
        cordoned: fc.boolean(),
        state: fc.constantFrom("started", "stopped", "suspended", "failed"),
        known: fc.boolean(),
        ours: fc.boolean(),
        hostDown: fc.boolean(),
    }),
    { maxLength: 12 },
);
const wanteds: fc.Arbitrary<Wanted> = fc.record({
    app: fc.constant("shop"),
    group: fc.constant("app"),
    config: fc.constant(configOf("new")),
    regions: fc.dictionary(fc.constantFrom(...REGIONS), fc.integer({ min: 1, max: 4 }), { minKeys: 1 }),
    secretsVersion: fc.constantFrom(2, undefined),
});

function machineOf(shape: Shape, index: number): WireMachine {
    const { region, image, secrets, cordoned, state, ours, hostDown } = shape;
    const labels = {
        [LABELS.group]: "app",
        ...(secrets !== undefined && { [LABELS.secrets]: secrets }),
        ...(ours && { [LABELS.creation]: `creation-${index}` }),
    };
    const config = toWire(configOf(image), labels);
    return {
        id: `m${index}`,
        name: `machine-${index}`,
        instance_id: "01",
        region,
        state,
        cordoned,
        ...(hostDown ? { incomplete_config: config } : { config }),
    };
}

function sorted(given: readonly Shape[], wanted: Wanted) {
    const machines = given.map(machineOf);
    const known = machines.filter((_, index) => given[index]?.known).map(({ id }) => id);
    return { machines, known, ...sortMachines(machines, wanted, known) };
}

const counted = (regions: readonly string[]) =>
    Object.fromEntries(REGIONS.map((region) => [region, regions.filter((each) => each === region).length]));

describe("machines of a group", () => {
    it("are each of exactly one class, but for those that are somebody else's business", () => {
        fc.assert(
            fc.property(shapes, wanteds, (given, wanted) => {
                const { machines, known, good, retiring, lost, left } = sorted(given, wanted);
                const all = [...good, ...retiring, ...lost, ...left];
                expect(new Set(all).size).toBe(all.length);
                const others = machines.filter((each) => !all.includes(each));
                for (const { id, cordoned, config } of others) {
                    expect([cordoned, known.includes(id)]).toEqual([true, false]);
                    expect(config?.metadata?.[LABELS.creation]).toBeUndefined();
                }
            }),
        );
    });

    it("are lost while their hosts do not answer", () => {
        fc.assert(
            fc.property(shapes, wanteds, (given, wanted) => {
                const { machines, known, lost } = sorted(given, wanted);
                expect(lost).toEqual(
                    machines.filter(
                        ({ id, cordoned }, index) =>
                            given[index]?.hostDown === true && (cordoned !== true || known.includes(id)),
                    ),
                );
            }),
        );
    });

    it("that are good and those that are missing make what is wanted in each region", () => {
        fc.assert(
            fc.property(shapes, wanteds, (given, wanted) => {
                const { good, missing } = sorted(given, wanted);
                const each = [...good.map(({ region }) => region), ...missing];
                expect(counted(each)).toEqual({ ...counted([]), ...wanted.regions });
            }),
        );
    });

    it("are good only as they would be made today, and only as many stay missing as have to", () => {
        fc.assert(
            fc.property(shapes, wanteds, (given, wanted) => {
                const { machines, good, retiring, missing } = sorted(given, wanted);
                const version =
                    wanted.secretsVersion === undefined ? undefined : String(wanted.secretsVersion);
                const rightly = machines.filter((_, index) => {
                    const { image, secrets, cordoned, state, hostDown } = given[index] ?? ({} as Shape);
                    return (
                        image === "new" && secrets === version && !cordoned && state !== "failed" && !hostDown
                    );
                });
                expect(rightly).toEqual(expect.arrayContaining([...good]));
                expect(machines.filter((each) => isRight(each, wanted))).toEqual(rightly);
                for (const region of missing) {
                    expect(
                        retiring.filter((each) => each.region === region && rightly.includes(each)),
                    ).toEqual([]);
                }
            }),
        );
    });

    it("are left over of a release of ours when they are cordoned and the last one does not know them", () => {
        fc.assert(
            fc.property(shapes, wanteds, (given, wanted) => {
                const { machines, known, left } = sorted(given, wanted);
                expect(left).toEqual(
                    machines.filter(
                        ({ id, cordoned }, index) =>
                            cordoned === true &&
                            !known.includes(id) &&
                            given[index]?.ours === true &&
                            !given[index].hostDown,
                    ),
                );
            }),
        );
    });
});

describe("batches of a release", () => {
    const sizes = fc.integer({ min: 1, max: 12 });

    it("start each missing machine once and stop each old one once", () => {
        fc.assert(
            fc.property(shapes, wanteds, sizes, (given, wanted, size) => {
                const plan = sorted(given, wanted);
                const batches = batchesOf(plan, size);
                expect(batches.flatMap(({ regions }) => regions)).toEqual(plan.missing);
                const stopped = batches.flatMap(({ retiring }) => retiring.map(({ id }) => id));
                expect(stopped.sort()).toEqual(plan.retiring.map(({ id }) => id).sort());
            }),
        );
    });

    it("start no more than so many at a time, in as few steps as that takes", () => {
        fc.assert(
            fc.property(shapes, wanteds, sizes, (given, wanted, size) => {
                const plan = sorted(given, wanted);
                const batches = batchesOf(plan, size);
                expect(Math.max(...batches.map(({ regions }) => regions.length))).toBeLessThanOrEqual(size);
                expect(batches.length).toBe(Math.max(1, Math.ceil(plan.missing.length / size)));
            }),
        );
    });

    it("leave no region with fewer machines than it had, or shall have, before the last step", () => {
        fc.assert(
            fc.property(shapes, wanteds, sizes, (given, wanted, size) => {
                const plan = sorted(given, wanted);
                for (const region of REGIONS) {
                    const of = (machines: readonly WireMachine[]) =>
                        machines.filter((machine) => machine.region === region).length;
                    let running = of(plan.retiring);
                    for (const { regions, retiring } of batchesOf(plan, size).slice(0, -1)) {
                        running += regions.filter((each) => each === region).length - of(retiring);
                        expect(running).toBeGreaterThanOrEqual(of(plan.retiring));
                    }
                }
            }),
        );
    });

    it("never leave fewer machines than there were or shall be: the old ones go in step with the new", () => {
        fc.assert(
            fc.property(shapes, wanteds, sizes, (given, wanted, size) => {
                const plan = sorted(given, wanted);
                const least = Math.min(plan.retiring.length, plan.missing.length);
                let [started, stopped] = [0, 0];
                for (const { regions, retiring } of batchesOf(plan, size)) {
                    started += regions.length;
                    stopped += retiring.length;
                    expect(plan.retiring.length - stopped + started).toBeGreaterThanOrEqual(least);
                }
            }),
        );
    });

    it.each([
        [10, 10, 10, [[10, 10]]],
        [
            10,
            10,
            4,
            [
                [4, 4],
                [4, 4],
                [2, 2],
            ],
        ],
        [
            2,
            5,
            1,
            [
                [1, 1],
                [1, 4],
            ],
        ],
        [0, 3, 2, [[0, 3]]],
        [
            3,
            0,
            2,
            [
                [2, 0],
                [1, 0],
            ],
        ],
    ])("of %d new and %d old, %d at a time", (missing, retiring, size, expected) => {
        const old = Array.from(
            { length: retiring },
            (_, index) => ({ id: `m${index}`, region: "iad" }) as WireMachine,
        );
        const plan = {
            good: [],
            lost: [],
            left: [],
            missing: Array<string>(missing).fill("iad"),
            retiring: old,
        };
        expect(batchesOf(plan, size).map((each) => [each.regions.length, each.retiring.length])).toEqual(
            expected,
        );
    });
});
