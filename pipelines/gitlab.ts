/** GitLab's API: https://docs.gitlab.com/api/rest/ */
import type { Comment, Discussion } from "./comment";
import { Api, setting } from "./http";

/** The discussion of the merge request that the pipeline is for. */
export function gitLabDiscussion(environment: NodeJS.ProcessEnv): Discussion {
    const api = new Api(setting(environment, "CI_API_V4_URL"), {
        "PRIVATE-TOKEN": setting(environment, "GITLAB_TOKEN"),
    });
    const request = setting(environment, "CI_MERGE_REQUEST_IID");
    const notes = `/projects/${setting(environment, "CI_PROJECT_ID")}/merge_requests/${request}/notes`;
    return {
        own: async () => {
            const { id } = await api.ask<{ readonly id: number }>("GET", "/user");
            const all = await api.list<Comment & { readonly author: { readonly id: number } }>(
                `${notes}?sort=asc&order_by=created_at`,
            );
            return all.filter(({ author }) => author.id === id);
        },
        create: (body) => api.ask("POST", notes, { body }),
        update: (id, body) => api.ask("PUT", `${notes}/${id}`, { body }),
        remove: (id) => api.ask("DELETE", `${notes}/${id}`),
    };
}
