import { imageOrigin } from "./image-origin";
import { podSecurity } from "./pod-security";
import type { Rule } from "./rule";
import { serviceExposure } from "./service-exposure";

export const RULES: readonly Rule[] = [imageOrigin, podSecurity, serviceExposure];
