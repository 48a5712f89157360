export type { EdgeAddresses } from "./dns/answer";
export type { SimulatedRequest } from "./api/server";
export {
    SimulatedCloudflare,
    type SimulatedAccount,
    type SimulatedCloudflareArgs,
} from "./simulatedCloudflare";
