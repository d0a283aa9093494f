import { podSecurity } from "./pod-security";
import type { Rule } from "./rule";
import { serviceExposure } from "./service-exposure";

export const RULES: readonly Rule[] = [podSecurity, serviceExposure];
