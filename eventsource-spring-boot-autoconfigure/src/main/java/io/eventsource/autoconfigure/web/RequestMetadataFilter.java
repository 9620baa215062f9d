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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.IdGenerator;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Opens the {@link MetadataContext} of each request and closes it whatever happens. The asynchronous and error dispatches of a
 * request have the context of its first one.
 */
final class RequestMetadataFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(RequestMetadataFilter.class);
    private static final String METADATA = RequestMetadataFilter.class.getName() + ".METADATA";

    /** Ids of gateways, traces and UUIDs; nothing that could break a log line, a header or a page. */
    private static final Pattern CORRELATION = Pattern.compile("[A-Za-z0-9._~:/+=@|-]{1,128}");

    private static final Pattern STORABLE = Pattern.compile("[^\\p{Cc}\\p{Cs}]{1,200}");

    private final String correlationHeader;
    private final TenantResolver<HttpServletRequest> tenants;
    private final ActorResolver<HttpServletRequest> actors;
    private final IdGenerator ids;

    RequestMetadataFilter(
            String correlationHeader,
            TenantResolver<HttpServletRequest> tenants,
            ActorResolver<HttpServletRequest> actors,
            IdGenerator ids) {
        this.correlationHeader = correlationHeader;
        this.tenants = tenants;
        this.actors = actors;
        this.ids = ids;
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
            metadata = EventMetadata.none().withCorrelationId(correlation(request));
            response.setHeader(correlationHeader, metadata.correlationId());
            // should the request be refused, this is what its error page has
            request.setAttribute(METADATA, metadata);
            String tenant = tenants.resolveTenantId(request);
            String actor = actors.resolveActorId(request);
            if (!storable("tenant", tenant) || !storable("actor", actor)) {
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

    private String correlation(HttpServletRequest request) {
        String given = request.getHeader(correlationHeader);
        return given != null && CORRELATION.matcher(given).matches()
                ? given
                : ids.generateId().toString();
    }

    private static boolean storable(String what, @Nullable String value) {
        boolean storable = value == null || STORABLE.matcher(value).matches();
        if (!storable) {
            log.debug("Refusing a request whose {} is empty, too long or holds control characters", what);
        }
        return storable;
    }
}
