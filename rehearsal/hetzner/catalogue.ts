import { ApiError, invalid } from "./apiError";

/** What the cloud has to offer. Source: Hetzner Cloud's documentation of its locations, server types and images. */

export interface Location {
    readonly id: number;
    readonly name: string;
    readonly description: string;
    readonly country: string;
    readonly city: string;
    readonly latitude: number;
    readonly longitude: number;
    readonly network_zone: string;
}

type Place = readonly [
    id: number,
    name: string,
    country: string,
    city: string,
    at: readonly [number, number],
];

const inZone = (network_zone: string, ...places: readonly Place[]): Location[] =>
    places.map(([id, name, country, city, [latitude, longitude]]) => {
        const description = `${city} (${name})`;
        return { id, name, description, country, city, latitude, longitude, network_zone };
    });

export const LOCATIONS: readonly Location[] = [
    ...inZone(
        "eu-central",
        [1, "fsn1", "DE", "Falkenstein", [50.47612, 12.370071]],
        [2, "nbg1", "DE", "Nuremberg", [49.452102, 11.076665]],
        [3, "hel1", "FI", "Helsinki", [60.169855, 24.938379]],
    ),
    ...inZone("us-east", [4, "ash", "US", "Ashburn, VA", [39.045821, -77.487073]]),
    ...inZone("us-west", [5, "hil", "US", "Hillsboro, OR", [45.54222, -122.951924]]),
    ...inZone("ap-southeast", [6, "sin", "SG", "Singapore", [1.283333, 103.833333]]),
];

/** One at each location. */
export const DATACENTERS = LOCATIONS.map((location) => ({
    id: location.id + 100,
    name: `${location.name}-dc1`,
    description: `${location.description}, data centre 1`,
    location,
}));

export interface ServerType {
    readonly id: number;
    readonly name: string;
    readonly cores: number;
    /** GB. */
    readonly memory: number;
    /** GB. */
    readonly disk: number;
    readonly cpu_type: "shared" | "dedicated";
    readonly architecture: "x86" | "arm";
}

/** Cores, memory in GB, disk in GB. */
const SIZES: Readonly<Record<string, readonly [number, number, number]>> = {
    ...{ cx23: [2, 4, 40], cx33: [4, 8, 80], cx43: [8, 16, 160], cx53: [16, 32, 320] },
    ...{
        cpx11: [2, 2, 40],
        cpx21: [3, 4, 80],
        cpx31: [4, 8, 160],
        cpx41: [8, 16, 240],
        cpx51: [16, 32, 360],
    },
    ...{
        cpx12: [1, 2, 40],
        cpx22: [2, 4, 80],
        cpx32: [4, 8, 160],
        cpx42: [8, 16, 320],
        cpx52: [12, 24, 480],
    },
    ...{ cpx62: [16, 32, 640] },
    ...{ cax11: [2, 4, 40], cax21: [4, 8, 80], cax31: [8, 16, 160], cax41: [16, 32, 320] },
    ...{ ccx13: [2, 8, 80], ccx23: [4, 16, 160], ccx33: [8, 32, 240], ccx43: [16, 64, 360] },
    ...{ ccx53: [32, 128, 600], ccx63: [48, 192, 960] },
};

export const SERVER_TYPES: readonly ServerType[] = Object.entries(SIZES).map(
    ([name, [cores, memory, disk]], index) => ({
        id: index + 1,
        name,
        cores,
        memory,
        disk,
        cpu_type: name.startsWith("ccx") ? "dedicated" : "shared",
        architecture: name.startsWith("cax") ? "arm" : "x86",
    }),
);

/** CX and CAX stand in Europe only. */
export function standsAt({ name }: ServerType, { network_zone }: Location): boolean {
    return network_zone === "eu-central" || !/^c(x\d|ax)/.test(name);
}

export interface Image {
    readonly id: number;
    readonly name: string;
    readonly architecture: "x86" | "arm";
}

/** Each image has its own id for each architecture. */
export const IMAGES: readonly Image[] = ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"].flatMap(
    (name, index) => [
        { id: 1001 + 2 * index, name, architecture: "x86" as const },
        { id: 1002 + 2 * index, name, architecture: "arm" as const },
    ],
);

/** Finds by id or by name. */
export function named<T extends { readonly id: number; readonly name: string }>(
    all: readonly T[],
    reference: string,
): T | undefined {
    return all.find(({ id, name }) => name === reference || String(id) === reference);
}

/** Finds what a request names, and refuses it by the field that names it. */
export function chosen<T extends { readonly id: number; readonly name: string }>(
    all: readonly T[],
    reference: string,
    field: string,
): T {
    const found = named(all, reference);
    if (found === undefined) {
        throw invalid(field, `"${reference}" is unknown`);
    }
    return found;
}

/** Finds what the world's own records name. */
export function known<T extends { readonly id: number; readonly name: string }>(
    all: readonly T[],
    reference: string,
): T {
    const found = named(all, reference);
    if (found === undefined) {
        throw new ApiError("server_error", `the catalogue has no "${reference}" that the world names`);
    }
    return found;
}
