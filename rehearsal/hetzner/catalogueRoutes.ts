import { ApiError } from "./apiError";
import {
    DATACENTERS,
    Image,
    IMAGES,
    LOCATIONS,
    named,
    SERVER_TYPES,
    ServerType,
    standsAt,
} from "./catalogue";
import { listed } from "./collection";
import { ok, Route } from "./simulation";

interface Listed {
    readonly id: number;
    readonly name: string;
    readonly architecture?: string;
}

export const catalogueRoutes: readonly Route[] = [
    ...readOnly("location", LOCATIONS, (location) => location),
    ...readOnly("datacenter", DATACENTERS, (datacenter) => datacenter),
    ...readOnly("server_type", SERVER_TYPES, viewServerType),
    ...readOnly("image", IMAGES, viewImage),
];

function readOnly<T extends Listed>(one: string, all: readonly T[], view: (each: T) => object): Route[] {
    return [
        {
            method: "GET",
            path: `/${one}s`,
            handle: (call) => {
                const [name, architecture] = [call.query.get("name"), call.query.get("architecture")];
                const wanted = all.filter(
                    (each) =>
                        (name === null || each.name === name) &&
                        (architecture === null || each.architecture === architecture),
                );
                return listed(call, `${one}s`, wanted, view);
            },
        },
        {
            method: "GET",
            path: `/${one}s/:id`,
            handle: ({ param }) => {
                const found = /^\d+$/.test(param("id")) ? named(all, param("id")) : undefined;
                if (found === undefined) {
                    throw new ApiError("not_found", `${one} with ID '${param("id")}' not found`);
                }
                return ok({ [one]: view(found) });
            },
        },
    ];
}

export function viewServerType(type: ServerType) {
    return {
        ...type,
        description: type.name.toUpperCase(),
        category: type.cpu_type === "shared" ? "Shared vCPU" : "Dedicated vCPU",
        storage_type: "local",
        prices: [],
        deprecated: false,
        deprecation: null,
        locations: LOCATIONS.filter((location) => standsAt(type, location)).map(({ id, name }) => ({
            id,
            name,
            recommended: true,
            available: true,
            deprecation: null,
        })),
    };
}

export function viewImage({ id, name, architecture }: Image) {
    const [flavor, version] = name.split("-");
    return {
        id,
        name,
        architecture,
        description: name,
        type: "system",
        status: "available",
        os_flavor: flavor,
        os_version: version,
        disk_size: 5,
        image_size: null,
        created: null,
        created_from: null,
        bound_to: null,
        rapid_deploy: true,
        protection: { delete: false },
        deprecated: null,
        deleted: null,
        labels: {},
    };
}
