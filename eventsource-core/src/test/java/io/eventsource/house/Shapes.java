package io.eventsource.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;

/** Finds the longest file and method, and the constructor, method and record with the most parameters. */
final class Shapes extends TreeScanner<Void, SourceFile> {

    private final Map<String, Measure> largest = new LinkedHashMap<>();

    List<Measure> largest() {
        return List.copyOf(largest.values());
    }

    void look(SourceFile source) {
        offer("lines-of-a-file", source.codeLines(), source.name());
        scan(source.unit(), source);
    }

    private void offer(String name, int value, String where) {
        largest.merge(name, new Measure(name, value, where), (a, b) -> a.value() >= b.value() ? a : b);
    }

    @Override
    public Void visitClass(ClassTree type, SourceFile source) {
        String where = source.name() + " " + type.getSimpleName();
        boolean isRecord = type.getKind() == Tree.Kind.RECORD;
        int components = isRecord ? components(type) : 0;
        if (isRecord) {
            offer("components-of-a-record", components, where);
        }
        type.getMembers().stream()
                .filter(MethodTree.class::isInstance)
                .map(MethodTree.class::cast)
                .forEach(method -> look(source, where, method, components));
        return super.visitClass(type, source);
    }

    /** The constructor that takes the components of a record is measured as the record. */
    private void look(SourceFile source, String type, MethodTree method, int components) {
        String where = type + "." + method.getName();
        int parameters = method.getParameters().size();
        offer("lines-of-a-method", source.codeLines(method), where);
        if (method.getReturnType() != null) {
            offer("parameters-of-a-method", parameters, where);
        } else if (parameters != components) {
            offer("parameters-of-a-constructor", parameters, where);
        }
    }

    /** What a record does not declare as static is a component. */
    private static int components(ClassTree type) {
        return (int) type.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(VariableTree.class::cast)
                .filter(field -> !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .count();
    }
}
