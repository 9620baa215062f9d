package io.eventsource.payload;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomGenerator;

/** Classes of events that nobody has thought of: written as source by chance, and compiled in memory. */
final class GeneratedTypes {

    private static final String HEAD =
            """
            package generated;
            import com.fasterxml.jackson.annotation.*;
            import java.math.*;
            import java.time.*;
            import java.util.*;
            """;

    private static final Arbitrary<String> VALUES = Arbitraries.of(
            "String",
            "String",
            "int",
            "long",
            "double",
            "float",
            "boolean",
            "char",
            "byte",
            "short",
            "Integer",
            "Long",
            "Double",
            "Float",
            "Boolean",
            "Character",
            "BigDecimal",
            "BigDecimal",
            "BigInteger",
            "UUID",
            "Instant",
            "LocalDate",
            "LocalTime",
            "LocalDateTime",
            "OffsetDateTime",
            "ZonedDateTime",
            "Duration",
            "Period",
            "Year",
            "YearMonth",
            "ZoneId",
            "Date",
            "java.net.URI",
            "Locale",
            "Currency",
            "Color",
            "byte[]",
            "int[]",
            "double[]",
            "float[]",
            "long[]",
            "char[]",
            "OptionalInt",
            "OptionalLong",
            "OptionalDouble");

    private static final Arbitrary<String> KEYS = Arbitraries.of(
            "String", "String", "UUID", "Color", "LocalDate", "Integer", "BigDecimal", "Double", "Instant");

    /** Types that hold no proof, and annotations that take something away. */
    private static final Arbitrary<String> SUSPICIOUS = Arbitraries.of(
            "Object",
            "List<?>",
            "Collection<String>",
            "Calendar",
            "Number",
            "Runnable",
            "Iterable<Integer>",
            "CharSequence",
            "Optional<Optional<String>>",
            "List<Optional<String>>",
            "Map<Object, String>",
            "Shape",
            "List<Shape>",
            "Unseen",
            "java.sql.Timestamp",
            "@JsonIgnore String",
            "@JsonInclude(JsonInclude.Include.NON_EMPTY) List<String>",
            "@JsonFormat(pattern = \"yyyy-MM-dd\") LocalDateTime",
            "@JsonProperty(access = JsonProperty.Access.WRITE_ONLY) int",
            "BitSet",
            "java.util.concurrent.atomic.AtomicReference<String>",
            "Set<byte[]>",
            "@JsonUnwrapped Pair",
            "@JsonSetter(nulls = Nulls.AS_EMPTY) List<String>",
            "@JsonInclude(JsonInclude.Include.NON_NULL) Optional<String>");

    /** What the classes are made of, beside the JDK's. */
    private static final String COMMON = HEAD + """
            public final class Common {}
            """;

    private static final Map<String, String> SHARED = Map.of(
            "Common", COMMON,
            "Color", HEAD + "public enum Color { RED, GREEN { }, BLUE }",
            "Pair", HEAD + "public record Pair(BigDecimal amount, String name) {}",
            "Shape", HEAD + "public sealed interface Shape permits Circle, Square {}",
            "Circle", HEAD + "public record Circle(double radius) implements Shape {}",
            "Square", HEAD + "public record Square(BigDecimal side) implements Shape {}",
            "Payment",
                    HEAD
                            + "@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = \"kind\") public sealed interface Payment permits Card, Cash {}",
            "Card", HEAD + "public record Card(String number, Optional<Instant> until) implements Payment {}",
            "Cash", HEAD + "public record Cash(BigDecimal amount) implements Payment {}",
            "Unseen",
                    HEAD
                            + "public final class Unseen { private final int n; public Unseen(int n) { this.n = n; } int n() { return n; } }");

    private final Random random;
    private final RandomGenerator<String> values = VALUES.generator(1000);
    private final RandomGenerator<String> keys = KEYS.generator(1000);
    private final RandomGenerator<String> suspicious = SUSPICIOUS.generator(1000);
    private final Map<String, String> sources = new HashMap<>(SHARED);

    GeneratedTypes(Random random) {
        this.random = random;
    }

    /** As many classes as are asked for, as records and as classes with getters. */
    List<Class<?>> generate(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "Event" + i;
            names.add(name);
            sources.put(name, random.nextInt(5) == 0 ? bean(name) : event(name));
        }
        ClassLoader loader = compile();
        return names.stream()
                .<Class<?>>map(name -> load(loader, "generated." + name))
                .toList();
    }

    /** The source of a class, for messages. */
    String sourceOf(Class<?> type) {
        return sources.getOrDefault(type.getSimpleName(), "");
    }

    private String event(String name) {
        StringBuilder source =
                new StringBuilder(HEAD).append("public record ").append(name).append('(');
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            source.append(i == 0 ? "" : ", ").append(component()).append(" c").append(i);
        }
        return source.append(") {}").toString();
    }

    private String bean(String name) {
        StringBuilder fields = new StringBuilder();
        StringBuilder parameters = new StringBuilder();
        StringBuilder assignments = new StringBuilder();
        StringBuilder getters = new StringBuilder();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            String type = type(1);
            fields.append("private final %s f%d;\n".formatted(type, i));
            parameters.append(i == 0 ? "" : ", ").append("@JsonProperty(\"f%d\") %s f%d".formatted(i, type, i));
            assignments.append("this.f%d = f%d;\n".formatted(i, i));
            // once in a while a getter is forgotten
            if (random.nextInt(8) != 0) {
                getters.append("public %s getF%d() { return f%d; }\n".formatted(type, i, i));
            }
        }
        return "%spublic class %s {\n%s@JsonCreator public %s(%s) {\n%s}\n%s}"
                .formatted(HEAD, name, fields, name, parameters, assignments, getters);
    }

    private String component() {
        return random.nextInt(20) == 0 ? suspicious.next(random).value() : type(2);
    }

    private String type(int depth) {
        int choice = depth == 0 ? 9 : random.nextInt(14);
        return switch (choice) {
            case 0 -> "List<" + boxed(type(depth - 1)) + ">";
            case 1 -> "Set<" + setElement() + ">";
            case 2 -> "Map<" + keys.next(random).value() + ", " + boxed(type(depth - 1)) + ">";
            case 3 -> depth == 2 ? "Optional<" + setElement() + ">" : "String";
            case 4 -> boxed(type(depth - 1)) + "[]";
            case 5 -> "Pair";
            case 6 -> "Payment";
            case 7 -> "SortedMap<String, " + boxed(type(depth - 1)) + ">";
            default -> values.next(random).value();
        };
    }

    private String setElement() {
        String type = boxed(values.next(random).value());
        return type.endsWith("[]") || type.startsWith("Optional") ? "String" : type;
    }

    private static String boxed(String type) {
        return switch (type) {
            case "int" -> "Integer";
            case "char" -> "Character";
            case "long", "double", "float", "boolean", "byte", "short" ->
                Character.toUpperCase(type.charAt(0)) + type.substring(1);
            default -> type.startsWith("Optional") ? "String" : type;
        };
    }

    private static Class<?> load(ClassLoader loader, String name) {
        try {
            return loader.loadClass(name);
        } catch (ClassNotFoundException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private ClassLoader compile() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringBuilder said = new StringBuilder();
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null)) {
            JavaFileManager files = new InMemory(standard, classes);
            List<JavaFileObject> units = new ArrayList<>();
            sources.forEach((name, text) -> units.add(new Source(name, text)));
            boolean done = compiler.getTask(
                            null,
                            files,
                            problem -> said.append(problem).append('\n'),
                            List.of("-proc:none", "-parameters", "-nowarn"),
                            null,
                            units)
                    .call();
            if (!done) {
                throw new IllegalStateException(said.toString());
            }
        } catch (java.io.IOException failure) {
            throw new IllegalStateException(failure);
        }
        return new Loader(classes);
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///generated/" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ByteArrayOutputStream> classes;

        InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> classes) {
            super(files);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return classes.computeIfAbsent(className, name -> new ByteArrayOutputStream());
                }
            };
        }
    }

    private static final class Loader extends ClassLoader {

        private final Map<String, ByteArrayOutputStream> classes;

        Loader(Map<String, ByteArrayOutputStream> classes) {
            super(GeneratedTypes.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            ByteArrayOutputStream bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes.toByteArray(), 0, bytes.size());
        }
    }
}
