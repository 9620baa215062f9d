package io.eventsource.autoconfigure.health;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.core.Ordered;

/**
 * Puts into the groups {@code readiness} and {@code liveness} what belongs there, unless the application has groups of these names. Before
 * Boot's own, which leaves groups alone that it finds.
 */
final class ProbeGroups implements HealthEndpointGroupsPostProcessor, Ordered {

    private static final Map<String, Set<String>> MEMBERS = Map.of(
            "readiness",
            Set.of("readinessState", "eventsource"),
            "liveness",
            Set.of("livenessState", "eventsourceThreads"));

    @Override
    public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
        Map<String, HealthEndpointGroup> all = new TreeMap<>();
        MEMBERS.forEach((name, members) -> all.put(name, new Probe(groups.getPrimary(), members)));
        for (String name : groups.getNames()) {
            HealthEndpointGroup own = groups.get(name);
            if (own != null) {
                all.put(name, own);
            }
        }
        return HealthEndpointGroups.of(groups.getPrimary(), all);
    }

    @Override
    public int getOrder() {
        return 0;
    }

    /** Shows as much, and maps statuses to codes, as health as a whole does. */
    private record Probe(HealthEndpointGroup primary, Set<String> members) implements HealthEndpointGroup {

        @Override
        public boolean isMember(String name) {
            return members.contains(name);
        }

        @Override
        public boolean showComponents(SecurityContext securityContext) {
            return primary.showComponents(securityContext);
        }

        @Override
        public boolean showDetails(SecurityContext securityContext) {
            return primary.showDetails(securityContext);
        }

        @Override
        public StatusAggregator getStatusAggregator() {
            return primary.getStatusAggregator();
        }

        @Override
        public HttpCodeStatusMapper getHttpCodeStatusMapper() {
            return primary.getHttpCodeStatusMapper();
        }

        @Override
        public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
            return null;
        }
    }
}
