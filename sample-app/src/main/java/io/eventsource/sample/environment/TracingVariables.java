package io.eventsource.sample.environment;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;

/** Whether there are traces, where they go, and which version of the service they name. */
final class TracingVariables {

    private static final String OTLP = "management.opentelemetry.tracing.export.otlp.";
    private static final String FORM = "the address of a collector, such as localhost:4317 or http://jaeger:4318";

    /** The port of OTLP over gRPC; what else is named speaks HTTP. */
    private static final int GRPC_PORT = 4317;

    private static final Map<String, Boolean> SWITCHES = Map.of(
            "true", true, "1", true, "yes", true, "on", true, "false", false, "0", false, "no", false, "off", false);

    private TracingVariables() {}

    static void translate(Variables variables, Map<String, Object> properties) {
        String enabled = variables.text("ENABLE_TRACING");
        if (enabled != null) {
            Boolean known = SWITCHES.get(enabled.toLowerCase(Locale.ROOT));
            if (known == null) {
                throw InvalidVariableException.of("ENABLE_TRACING", enabled, "true or false");
            }
            properties.put("management.tracing.export.enabled", known);
        }
        String version = variables.text("SERVICE_VERSION");
        if (version != null) {
            properties.put("management.opentelemetry.resource-attributes[service.version]", version);
        }
        String variable = variables.firstSet("OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT");
        if (variable != null) {
            collector(variable, String.valueOf(variables.text(variable)), properties);
        }
    }

    private static void collector(String variable, String value, Map<String, Object> properties) {
        String url = value.contains("://") ? value : "http://" + value;
        URI address;
        try {
            address = new URI(url);
        } catch (URISyntaxException malformed) {
            throw InvalidVariableException.of(variable, value, FORM);
        }
        if (address.getHost() == null || !String.valueOf(address.getScheme()).matches("https?")) {
            throw InvalidVariableException.of(variable, value, FORM);
        }
        boolean grpc = address.getPort() == GRPC_PORT;
        boolean base = address.getPath().isEmpty() || address.getPath().equals("/");
        properties.put(OTLP + "transport", grpc ? "grpc" : "http");
        properties.put(OTLP + "endpoint", grpc || !base ? url : url.replaceFirst("/$", "") + "/v1/traces");
    }
}
