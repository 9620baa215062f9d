package io.eventsource.context;

import org.jspecify.annotations.Nullable;

/**
 * Says who sent a request, in place of the name of the request's principal. It is called once per request, in the request's
 * thread, after authentication; it must be thread-safe.
 *
 * @param <R> the type of requests, {@code jakarta.servlet.http.HttpServletRequest} in servlet applications,
 *     {@code org.springframework.web.server.ServerWebExchange} in reactive ones
 */
@FunctionalInterface
public interface ActorResolver<R> {

    /**
     * The actor of a request.
     *
     * @param request the request
     * @return the actor, 1 to 200 characters without control characters, or null for none; the request is refused with
     *     status 400 when it is anything else
     */
    @Nullable String resolveActorId(R request);
}
