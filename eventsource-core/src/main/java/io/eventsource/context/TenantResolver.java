package io.eventsource.context;

import org.jspecify.annotations.Nullable;

/**
 * Says which tenant a request is for. A bean of this type makes the tenant of each request part of its
 * {@link MetadataContext}. It is called once per request, in the request's thread, after authentication; it must be
 * thread-safe, and must not believe what the client could have written there itself.
 *
 * @param <R> the type of requests, {@code jakarta.servlet.http.HttpServletRequest} in servlet applications,
 *     {@code org.springframework.web.server.ServerWebExchange} in reactive ones
 */
@FunctionalInterface
public interface TenantResolver<R> {

    /**
     * The tenant of a request.
     *
     * @param request the request
     * @return the tenant, 1 to 200 characters without control characters, or null for none; the request is refused with
     *     status 400 when it is anything else
     */
    @Nullable String resolveTenantId(R request);
}
