<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>ProxyClipMapper</name>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Area (all of the image if empty)</source>
   <translation>Gebiet (ganzes Bild, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Bands are one or three numbers from 1, e.g. 4,3,2; not “{}”.</source>
   <translation>Bänder sind eine oder drei Nummern ab 1, z. B. 4,3,2; nicht „{}“.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Bands, e.g. 4,3,2 (by colour if empty)</source>
   <translation>Bänder, z. B. 4,3,2 (nach Farbe, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Classes: “;” between classes, “,” between synonyms</source>
   <translation>Klassen: „;“ zwischen Klassen, „,“ zwischen Synonymen</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Device: auto, cpu, cuda, cuda:1, mps</source>
   <translation>Gerät: auto, cpu, cuda, cuda:1, mps</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Give either classes, e.g. “water; forest, trees; building”, or a vocabulary.</source>
   <translation>Geben Sie entweder Klassen an, z. B. „water; forest, trees; building“, oder ein Vokabular.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>How far, in pixels, borders may be simplified</source>
   <translation>Wie weit, in Pixeln, Grenzen vereinfacht werden dürfen</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Image</source>
   <translation>Bild</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Model</source>
   <translation>Modell</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Model card of your own, in place of the model above</source>
   <translation>Eigene Modellkarte anstelle des Modells oben</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Polygons are exactly the pixels: nothing is left out or smoothed</source>
   <translation>Polygone sind genau die Pixel: nichts wird ausgelassen oder geglättet</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Precision</source>
   <translation>Rechengenauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Resolution in metres (the image's own if empty)</source>
   <translation>Auflösung in Metern (die des Bildes, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Score below which a pixel stays unclassified</source>
   <translation>Wert, unter dem ein Pixel unklassifiziert bleibt</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Smallest patch in square metres (16 pixels if empty)</source>
   <translation>Kleinster Fleck in Quadratmetern (16 Pixel, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Words for what is no class, separated by “,”</source>
   <translation>Wörter für das, was keine Klasse ist, durch „,“ getrennt</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>{} is written as a GeoTIFF: let the name end in .tif, not in “{}”.</source>
   <translation>{} wird als GeoTIFF geschrieben: lassen Sie den Namen auf .tif enden, nicht auf „{}“.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>{} is written as {}; let the name end in one of these.</source>
   <translation>{} wird als {} geschrieben; lassen Sie den Namen auf eines davon enden.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>“{}” is not a file, so it cannot be read pixel by pixel. Save it as a GeoTIFF first (Export → Save As), or use the ProxyCLIP panel, which does that for the area you choose.</source>
   <translation>„{}“ ist keine Datei und kann darum nicht Pixel für Pixel gelesen werden. Speichern Sie ihn erst als GeoTIFF (Export → Speichern als), oder benutzen Sie das ProxyCLIP-Bedienfeld, das dies für das gewählte Gebiet tut.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>… or a vocabulary: a built-in name (e.g. landcover) or a file</source>
   <translation>… oder ein Vokabular: ein eingebauter Name (z. B. landcover) oder eine Datei</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Components to keep (all if empty)</source>
   <translation>Komponenten, die bleiben (alle, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Embedding</source>
   <translation>Embedding</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Encode raster</source>
   <translation>Raster kodieren</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Encodes an image once, so that it can be labelled with any words afterwards. This is nearly all of the work.

The embedding is a folder; its name ends in .emb by custom. A run that was stopped is finished by running it again with the same settings. int8 takes half the disk; fewer components take less again, and lose a little.</source>
   <translation>Kodiert ein Bild einmal, sodass es danach mit beliebigen Wörtern klassifiziert werden kann. Das ist fast die ganze Arbeit.

Das Embedding ist ein Ordner; sein Name endet üblicherweise auf .emb. Ein abgebrochener Lauf wird beendet, indem man ihn mit denselben Einstellungen noch einmal startet. int8 braucht halb so viel Platz; weniger Komponenten brauchen noch weniger und verlieren ein wenig.</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Numbers are kept as</source>
   <translation>Zahlen werden aufgehoben als</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Replace an embedding that is there</source>
   <translation>Ein vorhandenes Embedding ersetzen</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Accuracy</source>
   <translation>Genauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Compares a label raster with the truth: accuracy, IoU and F1 of each class, and the confusion matrix. The truth may lie on another grid and in another CRS.

The mapping says which class each value of the truth is: 1=building, 2=road, 3=road. Without it classes are matched by name or by value.</source>
   <translation>Vergleicht ein Labelraster mit der Wahrheit: Genauigkeit, IoU und F1 jeder Klasse und die Konfusionsmatrix. Die Wahrheit darf auf einem anderen Gitter und in einem anderen KBS liegen.

Die Zuordnung sagt, welche Klasse jeder Wert der Wahrheit ist: 1=building, 2=road, 3=road. Ohne sie werden Klassen nach Namen oder Wert zugeordnet.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Evaluate</source>
   <translation>Bewerten</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Evaluation</source>
   <translation>Bewertung</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Labels</source>
   <translation>Labels</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Mean F1</source>
   <translation>Mittleres F1</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Mean IoU</source>
   <translation>Mittleres IoU</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Report</source>
   <translation>Bericht</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Truth</source>
   <translation>Wahrheit</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Values or names of the truth to leave out</source>
   <translation>Werte oder Namen der Wahrheit, die nicht zählen</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Web page (*.html)</source>
   <translation>Webseite (*.html)</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Which class each value of the truth is</source>
   <translation>Welche Klasse jeder Wert der Wahrheit ist</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>“{}” is no part of a mapping; write it like 1=building, 2=road.</source>
   <translation>„{}“ ist kein Teil einer Zuordnung; schreiben Sie 1=building, 2=road.</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Area (all of the embedding if empty)</source>
   <translation>Gebiet (ganzes Embedding, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Examples: points and polygons that show classes</source>
   <translation>Beispiele: Punkte und Polygone, die Klassen zeigen</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Field with the class of the examples</source>
   <translation>Feld mit der Klasse der Beispiele</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>How synonyms count</source>
   <translation>Wie Synonyme zählen</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Label from embedding</source>
   <translation>Aus Embedding klassifizieren</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Makes the map that “Segment raster” would make, from an embedding that “Encode raster” has kept. It takes seconds, since the image model is not needed.

Classes are separated by “;”, synonyms of one class by “,”. With “max-logit” more synonyms for one class do not lower the scores of the others.</source>
   <translation>Macht die Karte, die „Raster segmentieren“ machen würde, aus einem Embedding, das „Raster kodieren“ aufgehoben hat. Es dauert Sekunden, weil das Bildmodell nicht gebraucht wird.

Klassen werden durch „;“ getrennt, Synonyme einer Klasse durch „,“. Mit „max-logit“ senken mehr Synonyme einer Klasse nicht die Werte der anderen.</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Weight of the examples against the words</source>
   <translation>Gewicht der Beispiele gegen die Wörter</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>“{}” is not an embedding; make one with “Encode raster”.</source>
   <translation>„{}“ ist kein Embedding; machen Sie eines mit „Raster kodieren“.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Makes a land-cover map of an image from classes that you name in words.

Classes are separated by “;”, synonyms of one class by “,”: water, river, lake; forest, trees; building, roof. Name everything that is in the picture: what no class fits goes to the nearest one, unless you set a threshold.

Models know the ground at about 0.2 to 2 m per pixel: for a finer image give a resolution, e.g. 0.3. Try a small area first. The model “demo” needs no download and is not meant for mapping.

Labels are 1, 2, … in the order of the classes, 0 for unclassified, 255 for no data; names and colours are in the file. To try many words on one image, encode it once and label the embedding.</source>
   <translation>Macht aus einem Bild eine Landbedeckungskarte mit Klassen, die Sie in Wörtern nennen (die Modelle verstehen Englisch).

Klassen werden durch „;“ getrennt, Synonyme einer Klasse durch „,“: water, river, lake; forest, trees; building, roof. Nennen Sie alles, was im Bild ist: was zu keiner Klasse passt, fällt an die nächste, wenn Sie keine Schwelle setzen.

Modelle kennen den Boden mit etwa 0,2 bis 2 m je Pixel: geben Sie für ein feineres Bild eine Auflösung an, z. B. 0,3. Probieren Sie erst ein kleines Gebiet. Das Modell „demo“ braucht keinen Download und ist nicht zum Kartieren gedacht.

Labels sind 1, 2, … in der Reihenfolge der Klassen, 0 für nicht klassifiziert, 255 für keine Daten; Namen und Farben stehen in der Datei. Um viele Wörter an einem Bild zu probieren, kodieren Sie es einmal und klassifizieren das Embedding.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Polygons</source>
   <translation>Polygone</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Scores</source>
   <translation>Werte</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Segment raster</source>
   <translation>Raster segmentieren</translation>
  </message>
  <message>
   <location filename="../algorithms/vectorize.py" />
   <source>Number of polygons</source>
   <translation>Anzahl der Polygone</translation>
  </message>
  <message>
   <location filename="../algorithms/vectorize.py" />
   <source>Turns a label raster into polygons with class, label, area in square metres on the ellipsoid and, where a score raster is given, the mean score.

By default patches below 16 pixels go to a neighbour and borders are smoothed, without gaps and overlaps. “Exactly the pixels” keeps every pixel. Unclassified pixels and pixels without data get no polygon.

A GeoPackage carries its style inside; other formats have it beside them.</source>
   <translation>Macht aus einem Labelraster Polygone mit Klasse, Label, Fläche in Quadratmetern auf dem Ellipsoid und, wo ein Werteraster gegeben ist, dem mittleren Wert.

Ohne Weiteres gehen Flecken unter 16 Pixeln an einen Nachbarn, und Grenzen werden geglättet, ohne Lücken und Überlappungen. „Genau die Pixel“ behält jedes Pixel. Unklassifizierte Pixel und Pixel ohne Daten bekommen kein Polygon.

Ein GeoPackage trägt seinen Stil in sich; andere Formate haben ihn neben sich.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Choose the field that holds the class; layer “{}” is not styled by categories.</source>
   <translation>Wählen Sie das Feld mit der Klasse; der Layer „{}“ ist nicht nach Kategorien dargestellt.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Field with the class (that of the style if empty)</source>
   <translation>Feld mit der Klasse (das der Darstellung, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Layer</source>
   <translation>Layer</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Layer “{}” has no classes.</source>
   <translation>Der Layer „{}“ hat keine Klassen.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Layer “{}” has {} different values, which are hardly classes; choose another field.</source>
   <translation>Der Layer „{}“ hat {} verschiedene Werte, das sind kaum Klassen; wählen Sie ein anderes Feld.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Number of classes</source>
   <translation>Anzahl der Klassen</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Raster “{}” has no palette; style it with “Paletted/Unique values” first.</source>
   <translation>Das Raster „{}“ hat keine Palette; stellen Sie es erst mit „Palette/Eindeutige Werte“ dar.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>The vocabulary is written as JSON: let the name end in .json.</source>
   <translation>Das Vokabular wird als JSON geschrieben: lassen Sie den Namen auf .json enden.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>There is no such layer.</source>
   <translation>Diesen Layer gibt es nicht.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Vocabulary</source>
   <translation>Vokabular</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Vocabulary (*.json)</source>
   <translation>Vokabular (*.json)</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Vocabulary from layer</source>
   <translation>Vokabular aus Layer</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Writes a vocabulary with the classes of a layer, to be used for segmenting and labelling.

From a vector layer it takes the different values of a field, and their colours where the layer is styled by categories of that field. From a raster with a palette it takes names, values and colours. Look at the words before you use them: names such as “Klasse 3” mean nothing to the model.</source>
   <translation>Schreibt ein Vokabular mit den Klassen eines Layers, zum Segmentieren und Klassifizieren.

Aus einem Vektorlayer nimmt es die verschiedenen Werte eines Feldes und ihre Farben, wo der Layer nach Kategorien dieses Feldes dargestellt ist. Aus einem Raster mit Palette nimmt es Namen, Werte und Farben. Sehen Sie sich die Wörter an, bevor Sie sie benutzen: Namen wie „Klasse 3“ sagen dem Modell nichts.</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>1. Image</source>
   <translation>1. Bild</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>2. Words</source>
   <translation>2. Wörter</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>3. Map</source>
   <translation>3. Karte</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Click a place to see the shares of all words</source>
   <translation>Auf eine Stelle klicken, um die Anteile aller Wörter zu sehen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Download…</source>
   <translation>Herunterladen…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Draw a place that is not of the current class</source>
   <translation>Eine Stelle zeichnen, die nicht zur aktuellen Klasse gehört</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Draw an example of the class whose row is current (right button ends)</source>
   <translation>Ein Beispiel für die Klasse der aktuellen Zeile zeichnen (rechte Taste beendet)</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Drop all examples</source>
   <translation>Alle Beispiele verwerfen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Encode</source>
   <translation>Kodieren</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Environment…</source>
   <translation>Umgebung…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Export…</source>
   <translation>Exportieren…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Image and map side by side</source>
   <translation>Bild und Karte nebeneinander</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Live</source>
   <translation>Live</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Look at the image once; then any words can be asked</source>
   <translation>Das Bild einmal ansehen; danach kann nach beliebigen Wörtern gefragt werden</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Opacity</source>
   <translation>Deckkraft</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Opacity of the map</source>
   <translation>Deckkraft der Karte</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Open an embedding</source>
   <translation>Ein Embedding öffnen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Open an embedding that was made before</source>
   <translation>Ein früher gemachtes Embedding öffnen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Open…</source>
   <translation>Öffnen…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>ProxyCLIP Mapper</source>
   <translation>ProxyCLIP Mapper</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>ProxyCLIP needs a Python environment of its own. It is built once.</source>
   <translation>ProxyCLIP braucht eine eigene Python-Umgebung. Sie wird einmal aufgebaut.</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Set up…</source>
   <translation>Einrichten…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Stopped.</source>
   <translation>Angehalten.</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Update the map in view when words or view change</source>
   <translation>Die sichtbare Karte nachführen, wenn sich Wörter oder Ausschnitt ändern</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>A folder with all wheels, for machines without a network; empty to download</source>
   <translation>Ein Ordner mit allen Wheels, für Rechner ohne Netz; leer zum Herunterladen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>A requirement, or the path of a wheel or of a source folder</source>
   <translation>Eine Paketangabe oder der Pfad eines Wheels oder Quellordners</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Build</source>
   <translation>Aufbauen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Build an environment</source>
   <translation>Eine Umgebung aufbauen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Copy report</source>
   <translation>Bericht kopieren</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Environment of ProxyCLIP</source>
   <translation>Umgebung von ProxyCLIP</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Folder with wheels</source>
   <translation>Ordner mit Wheels</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>In use: {}</source>
   <translation>In Gebrauch: {}</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>NVIDIA card (CUDA)</source>
   <translation>NVIDIA-Karte (CUDA)</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Or use a Python that has proxyclip-geo</source>
   <translation>Oder ein Python benutzen, das proxyclip-geo hat</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Package</source>
   <translation>Paket</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Processor only</source>
   <translation>Nur Prozessor</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>ProxyCLIP runs in a Python of its own, so that nothing it needs can disturb QGIS. Building it takes some minutes and up to 7 GB of disk.</source>
   <translation>ProxyCLIP läuft in einem eigenen Python, damit nichts, was es braucht, QGIS stören kann. Der Aufbau dauert einige Minuten und braucht bis zu 7 GB Platz.</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Python</source>
   <translation>Python</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Runs on</source>
   <translation>Läuft auf</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Step {} of {}: {}</source>
   <translation>Schritt {} von {}: {}</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Test and use</source>
   <translation>Prüfen und benutzen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>There is no environment yet.</source>
   <translation>Es gibt noch keine Umgebung.</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Use uv, which is on this machine and faster than pip</source>
   <translation>uv benutzen, das auf diesem Rechner ist und schneller als pip</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>What the package index offers</source>
   <translation>Was der Paketindex bietet</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>ProxyCLIP examples</source>
   <translation>ProxyCLIP-Beispiele</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>This place is not on the image.</source>
   <translation>Diese Stelle liegt nicht auf dem Bild.</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source> m²</source>
   <translation> m²</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>16 pixels</source>
   <translation>16 Pixel</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Export the map</source>
   <translation>Karte exportieren</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Folder</source>
   <translation>Ordner</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Labels ({}_labels.tif)</source>
   <translation>Labels ({}_labels.tif)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Polygons with areas and styles ({}.gpkg)</source>
   <translation>Polygone mit Flächen und Stilen ({}.gpkg)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Probabilities of all classes ({}_probabilities.tif)</source>
   <translation>Wahrscheinlichkeiten aller Klassen ({}_probabilities.tif)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Replace files that are there</source>
   <translation>Vorhandene Dateien ersetzen</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Scores ({}_score.tif)</source>
   <translation>Werte ({}_score.tif)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Smaller patches go to the neighbour with the longest common border</source>
   <translation>Kleinere Flecken gehen an den Nachbarn mit der längsten gemeinsamen Grenze</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Smallest polygon</source>
   <translation>Kleinstes Polygon</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>Stopping…</source>
   <translation>Wird angehalten…</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>The layer could not be saved: {}</source>
   <translation>Der Layer konnte nicht gespeichert werden: {}</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>bytes</source>
   <translation>Bytes</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>pixels</source>
   <translation>Pixel</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>rows</source>
   <translation>Zeilen</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>windows</source>
   <translation>Fenster</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>{}: {} of {} {}</source>
   <translation>{}: {} von {} {}</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>{}: {} of {} {}, about {} left</source>
   <translation>{}: {} von {} {}, noch etwa {}</translation>
  </message>
  <message>
   <location filename="../gui/live.py" />
   <source>ProxyCLIP preview</source>
   <translation>ProxyCLIP-Vorschau</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Download {}</source>
   <translation>{} herunterladen</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Export</source>
   <translation>Export</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Model {} is ready.</source>
   <translation>Das Modell {} ist bereit.</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Open</source>
   <translation>Öffnen</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Save the layer first?</source>
   <translation>Den Layer erst speichern?</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Save “{}”</source>
   <translation>„{}“ speichern</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>The map is in {}</source>
   <translation>Die Karte ist in {}</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>{:.2f} s</source>
   <translation>{:.2f} s</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>“{}” is not a file. Its pixels are saved as a GeoTIFF first: {} × {} pixels, about {:.0f} MB to download and keep.

The terms of many web maps forbid to download or to analyse them; make sure that yours allow it.</source>
   <translation>„{}“ ist keine Datei. Seine Pixel werden erst als GeoTIFF gespeichert: {} × {} Pixel, etwa {:.0f} MB zum Herunterladen und Aufheben.

Die Bedingungen vieler Webkarten verbieten, sie herunterzuladen oder auszuwerten; vergewissern Sie sich, dass Ihre es erlauben.</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>(background)</source>
   <translation>(Hintergrund)</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Share</source>
   <translation>Anteil</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Similarity {:.3f}</source>
   <translation>Ähnlichkeit {:.3f}</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Word</source>
   <translation>Wort</translation>
  </message>
  <message>
   <location filename="../gui/side_by_side.py" />
   <source>ProxyCLIP: image alone</source>
   <translation>ProxyCLIP: nur das Bild</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source> m</source>
   <translation> m</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Add an image to the project first (Layer → Add Layer → Add Raster Layer).</source>
   <translation>Fügen Sie dem Projekt erst ein Bild hinzu (Layer → Layer hinzufügen → Rasterlayer hinzufügen).</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>All of the image</source>
   <translation>Ganzes Bild</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Area</source>
   <translation>Gebiet</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Layer “{}” cannot be read.</source>
   <translation>Der Layer „{}“ kann nicht gelesen werden.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Licence: {}</source>
   <translation>Lizenz: {}</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Models know the ground at about 0.2 to 2 m per pixel; coarser is faster</source>
   <translation>Modelle kennen den Boden mit etwa 0,2 bis 2 m je Pixel; gröber ist schneller</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Resolution</source>
   <translation>Auflösung</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>The area does not meet the image; choose another.</source>
   <translation>Das Gebiet liegt nicht auf dem Bild; wählen Sie ein anderes.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>The area has no place in the image's CRS.</source>
   <translation>Das Gebiet hat im KBS des Bildes keinen Platz.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>The area to map: from the map in view, from a layer, or drawn</source>
   <translation>Das Gebiet: aus der sichtbaren Karte, aus einem Layer oder gezeichnet</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>What the model computes in; auto suits the device</source>
   <translation>Womit das Modell rechnet; auto passt zum Gerät</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>about {}</source>
   <translation>etwa {}</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>not on this machine yet</source>
   <translation>noch nicht auf diesem Rechner</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>on this machine</source>
   <translation>auf diesem Rechner</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>the image's own</source>
   <translation>die des Bildes</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{:.1f} h</source>
   <translation>{:.1f} h</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} min</source>
   <translation>{} min</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} s</source>
   <translation>{} s</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} × {} pixels, about {} windows</source>
   <translation>{} × {} Pixel, etwa {} Fenster</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Double-click a colour to change it</source>
   <translation>Doppelklick auf eine Farbe ändert sie</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Label value {}</source>
   <translation>Labelwert {}</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Min.</source>
   <translation>Min.</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Score below which this class does not win, 0 to 1; empty for that of the map</source>
   <translation>Wert, unter dem diese Klasse nicht gewinnt, 0 bis 1; leer für den der Karte</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Uncheck a class to leave it out</source>
   <translation>Haken entfernen, um eine Klasse auszulassen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>What the model is asked with, separated by commas</source>
   <translation>Womit das Modell gefragt wird, durch Kommas getrennt</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Words</source>
   <translation>Wörter</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Add a class</source>
   <translation>Klasse hinzufügen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Change colour…</source>
   <translation>Farbe ändern…</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Load a vocabulary file</source>
   <translation>Vokabulardatei laden</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Lowest score</source>
   <translation>Niedrigster Wert</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Pixels whose best score is lower stay unclassified</source>
   <translation>Pixel, deren bester Wert niedriger ist, bleiben unklassifiziert</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Remove</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Remove the selected classes</source>
   <translation>Gewählte Klassen entfernen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Save as a vocabulary file</source>
   <translation>Als Vokabulardatei speichern</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Saved {}</source>
   <translation>{} gespeichert</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Vocabularies ({})</source>
   <translation>Vokabulare ({})</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Vocabularies that come with ProxyCLIP</source>
   <translation>Vokabulare, die mit ProxyCLIP kommen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>new class</source>
   <translation>neue Klasse</translation>
  </message>
  <message>
   <location filename="../plugin.py" />
   <source>Map an image by naming the classes in words</source>
   <translation>Ein Bild kartieren, indem man die Klassen in Wörtern nennt</translation>
  </message>
  <message>
   <location filename="../rasters.py" />
   <source>Save “{}” as a file</source>
   <translation>„{}“ als Datei speichern</translation>
  </message>
  <message>
   <location filename="../rasters.py" />
   <source>the layer's pixels could not be read or written (code {})</source>
   <translation>die Pixel des Layers konnten nicht gelesen oder geschrieben werden (Code {})</translation>
  </message>
  <message>
   <location filename="../styles.py" />
   <source>unclassified</source>
   <translation>unklassifiziert</translation>
  </message>
  <message>
   <location filename="../worker/blocking.py" />
   <source>The worker cannot be started with {}: {}</source>
   <translation>Der Arbeitsprozess kann mit {} nicht gestartet werden: {}</translation>
  </message>
  <message>
   <location filename="../worker/blocking.py" />
   <source>The worker ended unexpectedly; its last words are in the log. Is the environment complete?</source>
   <translation>Der Arbeitsprozess endete unerwartet; seine letzten Worte stehen im Protokoll. Ist die Umgebung vollständig?</translation>
  </message>
  <message>
   <location filename="../worker/blocking.py" />
   <source>cancelled</source>
   <translation>abgebrochen</translation>
  </message>
  <message>
   <location filename="../worker/client.py" />
   <source>The environment of ProxyCLIP is not set up yet. Open “Environment…” to build it.</source>
   <translation>Die Umgebung von ProxyCLIP ist noch nicht eingerichtet. Öffnen Sie „Umgebung…“, um sie aufzubauen.</translation>
  </message>
  <message>
   <location filename="../worker/client.py" />
   <source>The worker ended unexpectedly (code {}). It is started again with the next request.</source>
   <translation>Der Arbeitsprozess endete unerwartet (Code {}). Er wird mit der nächsten Anfrage neu gestartet.</translation>
  </message>
  <message>
   <location filename="../worker/client.py" />
   <source>This Python cannot run proxyclip-geo: {}. Open “Environment…” to repair it.</source>
   <translation>Dieses Python kann proxyclip-geo nicht ausführen: {}. Öffnen Sie „Umgebung…“, um es zu beheben.</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Check the Python</source>
   <translation>Python prüfen</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Install PyTorch</source>
   <translation>PyTorch installieren</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Install proxyclip-geo</source>
   <translation>proxyclip-geo installieren</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Make the environment</source>
   <translation>Umgebung anlegen</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Ready on {}: one window in {:.2f} s ({}).</source>
   <translation>Bereit auf {}: ein Fenster in {:.2f} s ({}).</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Self-test: run the demo model</source>
   <translation>Selbsttest: das Demo-Modell laufen lassen</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>Stopped; nothing was changed.</source>
   <translation>Angehalten; nichts wurde geändert.</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>There is no Python 3.11 or later on this machine; install one, then try again.</source>
   <translation>Auf diesem Rechner ist kein Python 3.11 oder neuer; installieren Sie eines und versuchen Sie es noch einmal.</translation>
  </message>
  <message>
   <location filename="../worker/installer.py" />
   <source>“{}” failed: {}</source>
   <translation>„{}“ schlug fehl: {}</translation>
  </message>
 </context>
</TS>
