import { NEAREST, REGIONS } from "./catalog";
import { Route } from "./routes";
import { ok } from "./simulation";

export const platformRoutes: readonly Route[] = [
    {
        method: "GET",
        path: "/platform/regions",
        action: "regions_get",
        identifier: () => "platform",
        handle: () => {
            const regions = Object.entries(REGIONS).map(([code, name]) => ({
                code,
                name,
                gateway_available: true,
                requires_paid_plan: false,
                deprecated: false,
                capacity: 1000,
            }));
            // These two begin with a capital letter, as Fly's Go client reads them.
            return ok({ Regions: regions, Nearest: NEAREST });
        },
    },
];
