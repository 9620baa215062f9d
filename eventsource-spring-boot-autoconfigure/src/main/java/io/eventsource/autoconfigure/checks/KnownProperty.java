package io.eventsource.autoconfigure.checks;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * A property, or a family of properties where a map or a list is part of the name.
 *
 * @param elements the parts of the name; {@link #ANY} for a key or an index
 * @param open whether further parts of any name may follow
 */
record KnownProperty(List<String> elements, boolean open) {

    private static final String ANY = "*";

    KnownProperty {
        elements = List.copyOf(elements);
    }

    /** What a described property may be called, given its type as the metadata name it. */
    static List<KnownProperty> of(String name, String type, ClassLoader classLoader) {
        List<String> elements = KnownProperties.split(name);
        List<KnownProperty> found = new ArrayList<>();
        found.add(new KnownProperty(elements, false));
        int generics = type.indexOf('<');
        if (generics > 0) {
            String[] arguments = type.substring(generics + 1, type.length() - 1).split(",", -1);
            String value = arguments[arguments.length - 1].trim();
            List<String> item = with(elements, ANY);
            if (ClassUtils.isPresent(value, classLoader)) {
                below(item, ResolvableType.forClass(ClassUtils.resolveClassName(value, classLoader)), found);
            } else {
                found.add(new KnownProperty(item, true));
            }
        }
        return found;
    }

    private static void below(List<String> elements, ResolvableType type, List<KnownProperty> found) {
        Class<?> plain = type.toClass();
        if (Map.class.isAssignableFrom(plain) || Collection.class.isAssignableFrom(plain)) {
            found.add(new KnownProperty(elements, false));
            ResolvableType value = type.getGeneric(type.getGenerics().length - 1);
            below(with(elements, ANY), value, found);
        } else if (plain.isRecord()) {
            found.add(new KnownProperty(elements, false));
            for (RecordComponent component : plain.getRecordComponents()) {
                below(
                        with(elements, DataObjectPropertyName.toDashedForm(component.getName())),
                        ResolvableType.forType(component.getGenericType()),
                        found);
            }
        } else {
            // a key with dots is one of the map, whatever follows
            boolean key = elements.get(elements.size() - 1).equals(ANY);
            found.add(new KnownProperty(elements, key));
        }
    }

    private static List<String> with(List<String> elements, String last) {
        List<String> more = new ArrayList<>(elements);
        more.add(last);
        return more;
    }

    boolean matches(List<String> given) {
        return given.size() >= elements.size() && (open || given.size() == elements.size()) && beginsAs(given);
    }

    boolean beginsWith(List<String> given) {
        return given.size() < elements.size() && beginsAs(given);
    }

    private boolean beginsAs(List<String> given) {
        for (int at = 0; at < Math.min(given.size(), elements.size()); at++) {
            String element = elements.get(at);
            if (!element.equals(ANY) && !KnownProperties.flat(element).equals(given.get(at))) {
                return false;
            }
        }
        return true;
    }

    boolean matchesVariable(String flat) {
        return Pattern.matches(
                elements.stream()
                        .map(each -> each.equals(ANY) ? ".+" : Pattern.quote(KnownProperties.flat(each)))
                        .collect(Collectors.joining()),
                flat);
    }

    /** The name with the keys and indexes that another has in the same places. */
    String filledBy(List<String> given) {
        List<String> filled = new ArrayList<>();
        for (int at = 0; at < elements.size(); at++) {
            boolean key = elements.get(at).equals(ANY);
            filled.add(!key ? elements.get(at) : at < given.size() ? given.get(at) : "…");
        }
        return String.join(".", filled);
    }

    String variable() {
        return elements.stream()
                .map(each -> each.equals(ANY) ? "…" : each.replace("-", "").toUpperCase(Locale.ROOT))
                .collect(Collectors.joining("_"));
    }
}
