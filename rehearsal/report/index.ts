export {
    sumOf,
    type ActReport,
    type DayReport,
    type DaySum,
    type Figures,
    type MachineReport,
    type StepReport,
    type SystemReport,
} from "./day";
export { createDayLines, type ActTitle, type DayLines, type RunningAct } from "./line";
export { removeReport, writeReport, type ReportFiles } from "./write";
