/**
 * How kwok plays a kubelet: its Stages, https://kwok.sigs.k8s.io/docs/user/stages-configuration/.
 *
 * They differ from kwok's own "fast" set in two points. A pod that lost its readiness while its node was away becomes ready again when the node
 * is back; kwok's set leaves it Running and not ready for good. And nodes prove that they are alive by their status, not by a Lease:
 * kwok holds a Lease under a new identity at every start, so after a kill it would leave its nodes alone until the old one expires.
 */
import { stringify } from "yaml";

/** kwok plays the nodes that have this annotation, and leaves real ones to their kubelets. */
export const FAKE_NODE_ANNOTATION = { "kwok.x-k8s.io/node": "fake" };
export const FAKE_NODE_SELECTOR = "kwok.x-k8s.io/node=fake";

/** Well below the 50 s after which the controller manager gives a silent node up (--node-monitor-grace-period). */
const HEARTBEAT_MS = 15_000;

interface Requirement {
    readonly key: string;
    readonly operator: "Exists" | "DoesNotExist" | "In" | "NotIn";
    readonly values?: readonly string[];
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const isReady: Requirement = { key: READY, operator: "In", values: ["True"] };
const isNotReady: Requirement = { key: READY, operator: "NotIn", values: ["True"] };
const isAlive: Requirement = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const isDeleted: Requirement = { key: ".metadata.deletionTimestamp", operator: "Exists" };

function inPhase(...values: string[]): Requirement {
    return { key: ".status.phase", operator: "In", values };
}

function stage(kind: "Node" | "Pod", name: string, when: Requirement[], behaviour: object): object {
    return {
        apiVersion: "kwok.x-k8s.io/v1alpha1",
        kind: "Stage",
        metadata: { name },
        spec: { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions: when }, ...behaviour },
    };
}

const nodeConditions = `
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $since | Quote }}
{{ end }}`;

const nodeInfo = `
phase: Running
nodeInfo:
  architecture: amd64
  operatingSystem: linux
  osImage: simulated
  kernelVersion: simulated
  containerRuntimeVersion: simulated
  kubeletVersion: {{ printf "kwok-%s" Version | Quote }}
  kubeProxyVersion: ""
  bootID: ""
  machineID: ""
  systemUUID: ""`;

const podConditions = `
{{ $now := Now }}
conditions:
{{ range $type := list "PodReadyToStartContainers" "Initialized" "ContainersReady" "Ready" }}
- type: {{ $type }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}`;

const podContainers = `
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $now | Quote }}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state:
    running:
      startedAt: {{ $now | Quote }}
  {{ else }}
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ end }}
{{ end }}`;

/** A pod keeps its address: a second one of the same family is refused. */
const podAddresses = `
{{ if not .status.podIP }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ end }}
phase: Running
startTime: {{ or .status.startTime $now | Quote }}`;

const jobDone = `
{{ $now := Now }}
phase: Succeeded
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}`;

const stages = [
    stage("Node", "node-initialize", [isNotReady], { next: { statusTemplate: nodeConditions + nodeInfo } }),
    stage("Node", "node-heartbeat", [isReady], {
        delay: { durationMilliseconds: HEARTBEAT_MS },
        next: { statusTemplate: nodeConditions },
        immediateNextStage: true,
    }),
    stage("Pod", "pod-ready", [isAlive, inPhase("Pending", "Running"), isNotReady], {
        next: { statusTemplate: podConditions + podContainers + podAddresses },
    }),
    stage(
        "Pod",
        "pod-complete",
        [isAlive, inPhase("Running"), { key: ".metadata.ownerReferences.[].kind", operator: "In", values: ["Job"] }],
        { next: { statusTemplate: jobDone } },
    ),
    stage("Pod", "pod-delete", [isDeleted], { next: { delete: true } }),
];

/** The text of kwok's configuration file. */
export function kwokConfiguration(): string {
    const options = {
        apiVersion: "config.kwok.x-k8s.io/v1alpha1",
        kind: "KwokConfiguration",
        options: {
            // kwok's exec, logs and port-forward ask for no password, and there is no container behind them.
            enableDebuggingHandlers: false,
            // With such a file kwok 0.8 takes zero for this field where it is left out, and refuses that.
            nodePlayStageParallelism: 4,
            podPlayStageParallelism: 4,
            podsOnNodeSyncParallelism: 1,
        },
    };
    return [options, ...stages].map((document) => stringify(document)).join("---\n");
}
