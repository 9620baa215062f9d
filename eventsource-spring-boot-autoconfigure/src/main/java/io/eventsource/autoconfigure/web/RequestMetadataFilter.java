package io.eventsource.autoconfigure.web;

import io.eventsource.context.ActorResolver;
import io.eventsource.context.MetadataContext;
import io.eventsource.context.TenantResolver;
import io.eventsource.event.EventMetadata;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Opens the {@link MetadataContext} of each request and closes it whatever happens. The asynchronous and error dispatches of a
 * request have the context of its first one.
 */
final class RequestMetadataFilter extends OncePerRequestFilter {

    private static final String METADATA = RequestMetadataFilter.class.getName() + ".METADATA";

    private final String correlationHeader;
    private final TenantResolver<HttpServletRequest> tenants;
    private final ActorResolver<HttpServletRequest> actors;
    private final RequestValues values;

    RequestMetadataFilter(
            String correlationHeader,
            TenantResolver<HttpServletRequest> tenants,
            ActorResolver<HttpServletRequest> actors,
            RequestValues values) {
        this.correlationHeader = correlationHeader;
        this.tenants = tenants;
        this.actors = actors;
        this.values = values;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        EventMetadata metadata = (EventMetadata) request.getAttribute(METADATA);
        if (metadata == null) {
            metadata = EventMetadata.none().withCorrelationId(values.correlation(request.getHeader(correlationHeader)));
            response.setHeader(correlationHeader, metadata.correlationId());
            // should the request be refused, this is what its error page has
            request.setAttribute(METADATA, metadata);
            String tenant = tenants.resolveTenantId(request);
            String actor = actors.resolveActorId(request);
            if (!RequestValues.storable("tenant", tenant) || !RequestValues.storable("actor", actor)) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
                return;
            }
            metadata = metadata.withTenantId(tenant).withActorId(actor);
            request.setAttribute(METADATA, metadata);
        }
        MetadataContext.Scope scope = MetadataContext.open(metadata);
        try {
            chain.doFilter(request, response);
        } finally {
            scope.close();
        }
    }

    @Override
    protected void doFilterNestedErrorDispatch(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        doFilterInternal(request, response, chain);
    }
}
